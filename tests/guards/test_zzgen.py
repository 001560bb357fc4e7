import pytest
from tests.guards.world import *
@pytest.fixture(scope="module")
def world(kept_rows):
    return build()
ARG={"filing_id":"waiting","trade_id":"trade","batch_id":"batch","version":1,"slot":"seal_image"}
@pytest.mark.django_db
def test_gen(world):
    for name,args in routes():
        a={k:ARG[k] for k in args}
        if name=="filing:image": a["filing_id"]="filing"
        for method in ("get","post"):
            out={}
            for who in ["anonymous",*world.people]:
                from django.db import transaction
                with transaction.atomic():
                    r=getattr(world.client(who),method)(address(name,world,a))
                    out.setdefault(r.status_code,[]).append(who)
                    transaction.set_rollback(True)
            print(name,a,method,{k:" ".join(v) for k,v in out.items()})
