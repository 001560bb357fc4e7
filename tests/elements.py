"""The elements of a piece of HTML, as a browser reads them."""

from html.parser import HTMLParser


class Elements(HTMLParser):
    """Every element with its attributes, and every text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data.strip())

    def named(self, name):
        return next(attrs for _, attrs in self.elements if attrs.get("name") == name)
