"""Every link every demo role can see answers 200, in Chinese, with one heading and a title of its own."""

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.urls import resolve

from accounts.demo import DEMO_ACCOUNTS
from accounts.models import User

MOST_ALIKE, MOST_ALIKE_FILTERED = 2, 1
ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}")


class Page(HTMLParser):
    """Links, headings, title and visible text of a page."""

    def __init__(self, markup):
        super().__init__()
        self.links, self.headings, self.title, self.texts, self.language = [], 0, "", [], ""
        self.open = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in {"meta", "link", "img", "input", "br", "hr"}:
            self.open.append(tag)
        self.language = attrs.get("lang", self.language)
        self.headings += tag == "h1"
        if tag == "a" and attrs.get("href", "").startswith(("/", "?")):
            self.links.append(attrs["href"])

    def handle_endtag(self, tag):
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data):
        if "title" in self.open:
            self.title += data
        elif not {"script", "style"} & set(self.open):
            self.texts.append(data)


def kind_of(url):
    """Pages of one view asked with the same parameters are alike."""
    parts = urlsplit(url)
    return resolve(parts.path).view_name, *sorted(parse_qs(parts.query))


def crawl(client):
    """Answers by address, with the page of those that are one, followed from the home page; of pages that are
    alike the first ones are looked at.
    """
    waiting, seen, alike = ["/"], {}, Counter()
    while waiting:
        url = waiting.pop(0)
        most = MOST_ALIKE_FILTERED if "?" in url else MOST_ALIKE
        if url in seen or alike[kind_of(url)] == most:
            continue
        alike[kind_of(url)] += 1
        answer = client.get(url)
        is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        seen[url] = answer, Page(answer.content.decode()) if is_page else None
        if is_page:
            path = url.partition("?")[0]
            for link in seen[url][1].links:
                target = path + link if link.startswith("?") else link
                if not target.startswith("/static/") and target.partition("#")[0] not in waiting:
                    waiting.append(target.partition("#")[0])
    return seen


@pytest.fixture
def demo(db):
    call_command("load_demo", "--enterprises", "12", "--months", "2", "--trades", "40", verbosity=0)


def test_every_link_of_every_role_answers_in_chinese(demo, client_for):
    faults = []
    for account in DEMO_ACCOUNTS:
        seen = crawl(client_for(User.objects.get(username=account.username)))
        for url, (answer, page) in seen.items():
            where = f"{account.username} {url}"
            if answer.status_code not in (200, 302):
                faults.append(f"{where}: {answer.status_code}")
            elif page:
                english = ENGLISH_SENTENCE.search(" ".join(page.texts))
                faults += [f"{where}: not Chinese"] if page.language != "zh-CN" else []
                faults += [f"{where}: {page.headings} headings"] if page.headings != 1 else []
                faults += [f"{where}: title"] if not page.title.endswith("全国汽车流通信息管理") else []
                faults += [f"{where}: {english[0]}"] if english else []
    assert faults == []
