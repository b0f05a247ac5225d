"""The queue of files: whole messages, each once, whoever comes in between."""

import multiprocessing

from kombu import Connection, Exchange, Queue

from regionskane import filko

# So many that the stock transport of kombu fails every time it has been tried.
ANTAL = 4000
KO = Queue("prov", Exchange("prov", type="direct"), routing_key="prov")


def _koppla(mapp):
    filko.registrera()
    mappar = {
        "data_folder_in": str(mapp),
        "data_folder_out": str(mapp),
        "control_folder": str(mapp / "styrning"),
    }
    return Connection("filko://localhost", transport_options=mappar)


def _skicka(mapp):
    with _koppla(mapp) as koppling, koppling.Producer() as avsandare:
        for nummer in range(ANTAL):
            avsandare.publish({"nummer": nummer}, exchange=KO.exchange, routing_key="prov", declare=[KO])


def test_den_som_laser_medan_nagon_skriver_far_varje_meddelande_helt(tmp_path):
    (tmp_path / "styrning").mkdir()
    (tmp_path / "styrning" / "prov.exchange").touch()  # left half done by a process that was killed
    with _koppla(tmp_path) as koppling:
        ko = KO(koppling.channel())
        ko.declare()
        skrivare = multiprocessing.get_context("spawn").Process(target=_skicka, args=(tmp_path,))
        skrivare.start()
        fick = []
        while True:
            slut = not skrivare.is_alive()
            meddelande = ko.get(no_ack=True)
            if meddelande is not None:
                fick.append(meddelande.payload["nummer"])
            elif slut:
                break
        skrivare.join()
    assert sorted(fick) == list(range(ANTAL))
