from celery.signals import worker_ready

from regionskane import ko
from regionskane.celery import app
from regionskane.jobb import actions, gallring


@app.task
def kor(jobb_id):
    actions.kor_jobb(jobb_id)


@app.task
def aterstall_avbrutna():
    actions.aterstall_avbrutna()


@app.task
def gallra():
    gallring.gallra()


@worker_ready.connect
def vid_start(**_):
    """A worker that starts picks up at once what an earlier one was killed in the middle of."""
    ko.skicka(aterstall_avbrutna)
