"""What was refused is one line in the log, and what broke is told whole."""

import logging

import pytest

from regionskane.logg import NekatPaEnRad


def test_det_nekade_ar_en_rad_i_loggen(som, caplog):
    assert som("controller-kn").get("/organisation/kontohandelser/").status_code == 403
    (post,) = (r for r in caplog.records if r.name == "django.request")
    assert (post.status_code, post.exc_info) == (403, None)


@pytest.mark.parametrize(("status", "kvar"), [(403, False), (500, True)])
def test_bara_det_nekade_kortas(status, kvar):
    post = logging.makeLogRecord({"status_code": status, "exc_info": (ValueError, ValueError("x"), None)})
    assert NekatPaEnRad().filter(post) and bool(post.exc_info) == kvar


def test_det_som_inte_ens_borjar_besvaras_ar_en_rad_i_loggen(client, caplog, settings):
    """An address of another host, or a form of 25 kB, wrote a traceback of sixty lines from anybody."""
    settings.ALLOWED_HOSTS = ["prov.example"]
    assert client.get("/logga-in/", headers={"host": "annan.example"}).status_code == 400
    (post,) = (r for r in caplog.records if r.name == "django.security.DisallowedHost")
    assert post.exc_info is None
