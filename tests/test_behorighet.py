"""Every address × every role. An address that is missing in the table fails the test."""

import re
import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

ARB, FAST = "/budget/2024/B2024-ARB", "/budget/2024/B2024"
IB = "/budget/2025/IB2025-MS"
OBJEKT = "investeringsobjekt/objekt/INV-B-SJUKHUS-LUND"
ROLLER = ("", "controller", "controller-kn", "koncerncontroller", "politiker", "revisor", "administrator")

# name: (method, address, status per role in the order of ROLLER)
#                                             utan      NORV  KN   koncern politiker revisor admin
TABELL = [
    ("halsa", "GET", "/halsa/", (200, 200, 200, 200, 200, 200, 200)),
    ("logga_in", "GET", "/logga-in/", (200, 302, 302, 302, 302, 302, 302)),
    ("logga_ut", "POST", "/logga-ut/", (302, 302, 302, 302, 302, 302, 302)),
    ("byt_losenord", "GET", "/losenord/", (302, 200, 200, 200, 200, 200, 200)),
    ("losenord_bytt", "GET", "/losenord/klart/", (302, 200, 200, 200, 200, 200, 200)),
    ("tema", "POST", "/tema/", (302, 302, 302, 302, 302, 302, 302)),
    ("stil", "GET", "/stil/", (200, 200, 200, 200, 200, 200, 200)),
    ("tillganglighet", "GET", "/tillganglighet/", (200, 200, 200, 200, 200, 200, 200)),
    ("organisation", "GET", "/organisation/", (302, 403, 403, 200, 403, 200, 200)),
    ("kontohandelser", "GET", "/organisation/kontohandelser/", (302, 403, 403, 200, 403, 200, 200)),
    ("nedladdningar", "GET", "/organisation/nedladdningar/", (302, 403, 403, 200, 403, 200, 403)),
    ("ny_anvandare", "GET", "/organisation/anvandare/ny/", (302, 403, 403, 403, 403, 403, 200)),
    ("ny_anvandare", "POST", "/organisation/anvandare/ny/", (302, 403, 403, 403, 403, 403, 422)),
    ("anvandare", "GET", "/organisation/anvandare/999999/", (302, 403, 403, 403, 403, 403, 404)),
    ("anvandare", "POST", "/organisation/anvandare/999999/", (302, 403, 403, 403, 403, 403, 404)),
    ("anvandares_losenord", "POST", "/organisation/anvandare/999999/losenord/",
     (302, 403, 403, 403, 403, 403, 404)),
    ("ge_roll", "POST", "/organisation/anvandare/999999/roll/", (302, 403, 403, 403, 403, 403, 404)),
    ("ta_roll", "POST", "/organisation/anvandare/999999/roll/1/", (302, 403, 403, 403, 403, 403, 404)),
    ("notiser", "GET", "/notiser/", (302, 200, 200, 200, 200, 200, 200)),
    ("notiser_sedda", "POST", "/notiser/sedda/", (302, 302, 302, 302, 302, 302, 302)),
    ("notis", "POST", "/notiser/999999/", (302, 404, 404, 404, 404, 404, 404)),
    ("oversikt", "GET", "/", (302, 200, 200, 200, 200, 200, 200)),
    ("versioner", "GET", "/budget/", (302, 200, 200, 200, 200, 200, 403)),
    ("version", "GET", f"{FAST}/", (302, 200, 200, 200, 200, 200, 403)),
    ("version", "GET", f"{ARB}/", (302, 200, 200, 200, 403, 200, 403)),
    ("tabell", "GET", f"{FAST}/regionbidrag/", (302, 200, 200, 200, 200, 200, 403)),
    ("tabell", "GET", f"{FAST}/resultatbudget/", (302, 200, 200, 200, 200, 200, 403)),
    ("tabell", "GET", f"{FAST}/balanskrav/", (302, 200, 200, 200, 200, 200, 403)),
    ("tabell", "GET", f"{ARB}/regionbidrag/", (302, 200, 200, 200, 403, 200, 403)),
    ("tabell", "GET", f"{ARB}/resultatbudget/", (302, 403, 403, 200, 403, 200, 403)),
    ("tabell", "GET", f"{ARB}/balanskrav/", (302, 403, 403, 200, 403, 200, 403)),
    # A nämnd's own version is read within the nämnd and by those whose right is for the whole region.
    ("version", "GET", f"{IB}/", (302, 200, 403, 200, 200, 200, 403)),
    ("resultatsammanstallning", "GET", f"{IB}/resultatsammanstallning/", (302, 200, 403, 200, 200, 200, 403)),
    ("resultatsammanstallning", "GET", f"{ARB}/resultatsammanstallning/", (302, 404, 404, 404, 403, 404, 403)),
    ("inmatning", "GET", f"{IB}/resultatsammanstallning/inmatning/", (302, 403, 403, 403, 403, 403, 403)),
    ("excel", "GET", f"{IB}/resultatsammanstallning/excel/", (302, 200, 403, 200, 200, 200, 403)),
    ("skapa_handling", "POST", f"{IB}/handling/", (302, 302, 403, 302, 302, 302, 403)),
    ("kontroll", "GET", f"{IB}/kontroll/", (302, 200, 403, 200, 200, 200, 403)),
    ("enhetsbrygga", "GET", f"{IB}/brygga/NORV_MS/", (302, 200, 403, 200, 200, 200, 403)),
    ("ny_justering", "GET", f"{IB}/brygga/justering/ny/", (302, 403, 403, 403, 403, 403, 403)),
    ("jamfor", "GET", f"{IB}/jamfor/", (302, 200, 403, 200, 200, 200, 403)),
    ("varifran", "GET", f"{IB}/varifran/resultatsammanstallning/resultat/hel-NORV_MS/2025/",
     (302, 200, 403, 200, 200, 200, 403)),
    ("api_tabell", "GET", f"/api/v1{IB}/resultatsammanstallning/", (403, 200, 403, 200, 200, 200, 403)),
    ("kopiera_version", "GET", f"{IB}/kopiera/", (302, 403, 403, 200, 403, 403, 403)),
    # Utfall is no decided report: a politiker reads it in the reports that nämnder decide.
    ("utfall_start", "GET", "/utfall/", (302, 302, 302, 302, 403, 302, 403)),
    ("utfall", "GET", "/utfall/2024/", (302, 200, 200, 200, 403, 200, 403)),
    ("utfall", "GET", "/utfall/2024/?av=namnd-NORV", (302, 200, 403, 200, 403, 200, 403)),
    ("utfall", "GET", "/utfall/2024/?av=region", (302, 403, 403, 200, 403, 200, 403)),
    ("utfallsexcel", "GET", "/utfall/2024/excel/?av=namnd-NORV", (302, 200, 403, 200, 403, 200, 403)),
    ("utfallspost", "GET", "/utfall/2024/post/personal/?av=namnd-NORV", (302, 200, 403, 200, 403, 200, 403)),
    ("utfallsbudget", "GET", "/utfall/2024/budget/personal/?av=namnd-NORV", (302, 200, 403, 200, 403, 200, 403)),
    ("utfallsrader", "GET", "/utfall/2024/rader/?av=namnd-NORV", (302, 200, 403, 200, 403, 200, 403)),
    ("utfallsrad", "GET", "/utfall/2024/rad/999999/1/?konto=4010&period=202401", (302, 404, 404, 404, 403, 404, 403)),
    ("utfallsrader_csv", "GET", "/utfall/2024/rader/csv/?av=namnd-NORV", (302, 200, 403, 200, 403, 200, 403)),
    ("utfallsrader_csv", "POST", "/utfall/2024/rader/csv/?av=namnd-NORV", (302, 302, 403, 302, 403, 302, 403)),
    ("utfallsrader_excel", "GET", "/utfall/2024/rader/excel/?av=namnd-NORV", (302, 200, 403, 200, 403, 200, 403)),
    ("utfallsrader_excel", "POST", "/utfall/2024/rader/excel/?av=namnd-NORV", (302, 302, 403, 302, 403, 302, 403)),
    ("utfallsperiodiseringar", "GET", "/utfall/2024/periodisering/?av=namnd-NORV",
     (302, 200, 403, 200, 403, 200, 403)),
    ("utfallsperiodisering", "GET", "/utfall/2024/periodisering/personal/?av=enhet-NORV_MS",
     (302, 200, 403, 200, 403, 200, 403)),
    ("utfallsperiodisering", "POST", "/utfall/2024/periodisering/personal/?av=enhet-NORV_MS",
     (302, 422, 403, 422, 403, 403, 403)),
    ("utfallsperiodisering", "POST", "/utfall/2024/periodisering/personal/?av=namnd-NORV",
     (302, 403, 403, 422, 403, 403, 403)),
    ("kontoplan_start", "GET", "/utfall/kontoplan/", (302, 200, 200, 200, 403, 200, 403)),
    ("kontoplan", "GET", "/utfall/kontoplan/ansvar/", (302, 200, 200, 200, 403, 200, 403)),
    ("kontoplansfil", "GET", "/utfall/kontoplan/motparter/fil/", (302, 200, 200, 200, 403, 200, 403)),
    ("ny_kontoplansrad", "GET", "/utfall/kontoplan/konton/ny/", (302, 403, 403, 200, 403, 403, 403)),
    ("ny_kontoplansrad", "POST", "/utfall/kontoplan/konton/ny/", (302, 403, 403, 422, 403, 403, 403)),
    ("las_in_kontoplan", "GET", "/utfall/kontoplan/konton/las-in/", (302, 403, 403, 200, 403, 403, 403)),
    ("las_in_kontoplan", "POST", "/utfall/kontoplan/konton/las-in/", (302, 403, 403, 422, 403, 403, 403)),
    ("kontoplansrad", "GET", "/utfall/kontoplan/konton/999999/", (302, 404, 404, 404, 403, 404, 403)),
    ("kontoplansrad", "POST", "/utfall/kontoplan/konton/999999/", (302, 403, 403, 404, 403, 403, 403)),
    ("api_utfall", "GET", "/api/v1/utfall/2024/?av=namnd-NORV", (403, 200, 403, 200, 403, 200, 403)),
    ("api_utfallspost", "GET", "/api/v1/utfall/2024/post/personal/?av=namnd-NORV",
     (403, 200, 403, 200, 403, 200, 403)),
    ("api_utfallsrader", "GET", "/api/v1/utfall/2024/rader/?av=namnd-NORV", (403, 200, 403, 200, 403, 200, 403)),
    ("finansiella_mal", "GET", f"{FAST}/finansiella-mal/", (302, 200, 200, 200, 200, 200, 403)),
    ("finansiella_mal", "GET", f"{ARB}/finansiella-mal/", (302, 403, 403, 200, 403, 200, 403)),
    ("malavsteg", "GET", f"{FAST}/finansiella-mal/avsteg/", (302, 403, 403, 200, 403, 403, 403)),
    ("malavsteg", "GET", f"{ARB}/finansiella-mal/avsteg/", (302, 403, 403, 200, 403, 403, 403)),
    ("malavsteg", "POST", f"{ARB}/finansiella-mal/avsteg/", (302, 403, 403, 422, 403, 403, 403)),
    ("malavsteg", "POST", f"{FAST}/finansiella-mal/avsteg/", (302, 403, 403, 409, 403, 403, 403)),
    ("ta_bort_malavsteg", "GET", f"{ARB}/finansiella-mal/avsteg/999999/ta-bort/",
     (302, 403, 403, 404, 403, 403, 403)),
    ("ta_bort_malavsteg", "POST", f"{ARB}/finansiella-mal/avsteg/999999/ta-bort/",
     (302, 403, 403, 404, 403, 403, 403)),
    ("samband", "GET", f"{FAST}/samband/", (302, 200, 200, 200, 200, 200, 403)),
    ("samband", "GET", f"{ARB}/samband/", (302, 403, 403, 200, 403, 200, 403)),
    ("investeringar", "GET", f"{FAST}/investeringsobjekt/", (302, 200, 200, 200, 200, 200, 403)),
    ("investeringar", "GET", f"{ARB}/investeringsobjekt/", (302, 200, 200, 200, 403, 200, 403)),
    ("nytt_objekt", "GET", f"{ARB}/investeringsobjekt/nytt/", (302, 200, 200, 200, 403, 403, 403)),
    ("nytt_objekt", "POST", f"{ARB}/investeringsobjekt/nytt/", (302, 422, 422, 422, 403, 403, 403)),
    ("nytt_objekt", "GET", f"{FAST}/investeringsobjekt/nytt/", (302, 403, 403, 403, 403, 403, 403)),
    ("investeringsobjekt", "GET", f"{FAST}/{OBJEKT}/", (302, 200, 200, 200, 200, 200, 403)),
    ("investeringsobjekt", "GET", f"{ARB}/{OBJEKT}/", (302, 403, 403, 200, 403, 200, 403)),
    ("investeringsobjekt", "POST", f"{ARB}/{OBJEKT}/", (302, 403, 403, 422, 403, 403, 403)),
    ("investeringsobjekt", "POST", f"{FAST}/{OBJEKT}/", (302, 403, 403, 422, 403, 403, 403)),
    ("ta_bort_investeringsbeslut", "POST", f"{ARB}/{OBJEKT}/beslut/999999/ta-bort/",
     (302, 403, 403, 404, 403, 403, 403)),
    ("folj_regionbidragen", "POST", f"{ARB}/kostnader-foljer/", (302, 403, 403, 404, 403, 403, 403)),
    ("folj_regionbidragen", "POST", f"{FAST}/kostnader-foljer/", (302, 403, 403, 403, 403, 403, 403)),
    # A politiker reads the own nämnd's äskanden once they are handed in; a decided version of the example has none.
    ("askanden", "GET", f"{ARB}/askanden/", (302, 200, 200, 200, 403, 200, 403)),
    ("askanden", "GET", f"{FAST}/askanden/", (302, 404, 404, 404, 404, 404, 403)),
    ("askanden_excel", "GET", f"{ARB}/askanden/excel/", (302, 200, 200, 200, 403, 200, 403)),
    ("askande", "GET", f"{ARB}/askanden/rad/KN/drift/", (302, 403, 200, 200, 403, 200, 403)),
    ("askande", "GET", f"{ARB}/askanden/rad/NORV_MS/drift/", (302, 200, 403, 200, 403, 200, 403)),
    ("askande", "POST", f"{ARB}/askanden/rad/KN/drift/", (302, 403, 302, 302, 403, 403, 403)),
    ("askande", "POST", f"{ARB}/askanden/rad/KN/tomt/", (302, 404, 404, 404, 403, 404, 403)),
    ("inmatning", "GET", f"{ARB}/askanden/inmatning/", (302, 200, 200, 200, 403, 403, 403)),
    ("varifran", "GET", f"{ARB}/varifran/askanden/drift/enhet-KN/2024/", (302, 403, 200, 200, 403, 200, 403)),
    ("api_askanden", "GET", "/api/v1/budget/2024/B2024-ARB/askanden/", (403, 200, 200, 200, 403, 200, 403)),
    ("api_askande", "GET", "/api/v1/budget/2024/B2024-ARB/askanden/rad/KN/drift/",
     (403, 403, 200, 200, 403, 200, 403)),
    ("api_askande", "POST", "/api/v1/budget/2024/B2024-ARB/askanden/rad/KN/drift/",
     (403, 403, 403, 400, 403, 403, 403)),
    ("kontroll", "GET", f"{FAST}/kontroll/", (302, 200, 200, 200, 200, 200, 403)),
    ("kontroll", "GET", f"{ARB}/kontroll/", (302, 403, 403, 200, 403, 200, 403)),
    ("brygga", "GET", f"{FAST}/brygga/", (302, 200, 200, 200, 200, 200, 403)),
    ("brygga", "GET", f"{ARB}/brygga/", (302, 200, 200, 200, 403, 200, 403)),
    ("enhetsbrygga", "GET", f"{FAST}/brygga/NORV_MS/", (302, 200, 200, 200, 200, 200, 403)),
    ("enhetsbrygga", "GET", f"{ARB}/brygga/NORV_MS/", (302, 200, 403, 200, 403, 200, 403)),
    ("ny_justering", "GET", f"{FAST}/brygga/justering/ny/", (302, 403, 403, 403, 403, 403, 403)),
    ("ny_justering", "GET", f"{ARB}/brygga/justering/ny/", (302, 403, 403, 200, 403, 403, 403)),
    ("ny_justering", "POST", f"{ARB}/brygga/justering/ny/", (302, 403, 403, 422, 403, 403, 403)),
    ("ny_justering", "POST", f"{FAST}/brygga/justering/ny/", (302, 403, 403, 422, 403, 403, 403)),
    ("api_justeringar", "POST", "/api/v1/budget/2024/B2024-ARB/justeringar/", (403, 403, 403, 400, 403, 403, 403)),
    ("upprakning", "GET", f"{FAST}/brygga/upprakning/", (302, 200, 200, 200, 200, 200, 403)),
    ("upprakning", "GET", f"{ARB}/brygga/upprakning/", (302, 200, 200, 200, 403, 200, 403)),
    ("upprakning", "POST", f"{FAST}/brygga/upprakning/", (302, 403, 403, 422, 403, 403, 403)),
    ("upprakning", "POST", f"{ARB}/brygga/upprakning/", (302, 403, 403, 422, 403, 403, 403)),
    ("ersattningsmodell", "GET", f"{ARB}/brygga/ersattningsmodell/", (302, 403, 403, 200, 403, 403, 403)),
    ("ersattningsmodell", "GET", f"{FAST}/brygga/ersattningsmodell/", (302, 403, 403, 403, 403, 403, 403)),
    ("ersattningsmodell", "POST", f"{ARB}/brygga/ersattningsmodell/", (302, 403, 403, 422, 403, 403, 403)),
    ("justering", "GET", f"{ARB}/brygga/justering/999999/", (302, 404, 404, 404, 403, 404, 403)),
    ("ta_bort_justering", "POST", f"{ARB}/brygga/justering/999999/ta-bort/",
     (302, 403, 403, 404, 403, 403, 403)),
    ("bered_version", "GET", f"{ARB}/bered/", (302, 403, 403, 200, 403, 403, 403)),
    ("bered_version", "POST", f"{ARB}/bered/", (302, 403, 403, 422, 403, 403, 403)),
    ("faststall_version", "GET", f"{ARB}/faststall/", (302, 403, 403, 200, 403, 403, 403)),
    ("faststall_version", "POST", f"{ARB}/faststall/", (302, 403, 403, 422, 403, 403, 403)),
    ("nasta_ar", "GET", f"{FAST}/nasta-ar/", (302, 403, 403, 200, 403, 403, 403)),
    ("nasta_ar", "POST", f"{FAST}/nasta-ar/", (302, 403, 403, 422, 403, 403, 403)),
    ("tillaggsbudget", "GET", f"{FAST}/tillagg/", (302, 403, 403, 200, 403, 403, 403)),
    ("tillaggsbudget", "POST", f"{FAST}/tillagg/", (302, 403, 403, 422, 403, 403, 403)),
    ("finansiering", "GET", f"{FAST}/finansiering/", (302, 404, 404, 404, 404, 404, 403)),
    ("scenarier", "GET", f"{FAST}/scenarier/", (302, 200, 200, 200, 200, 200, 403)),
    ("scenarier", "GET", f"{ARB}/scenarier/", (302, 403, 403, 200, 403, 200, 403)),
    ("nytt_scenario", "GET", f"{FAST}/scenarier/nytt/", (302, 200, 200, 200, 200, 200, 403)),
    ("nytt_scenario", "GET", f"{ARB}/scenarier/nytt/", (302, 403, 403, 200, 403, 200, 403)),
    ("nytt_scenario", "POST", f"{FAST}/scenarier/nytt/", (302, 200, 200, 200, 200, 200, 403)),
    ("scenario", "GET", f"{FAST}/scenarier/999999/", (302, 404, 404, 404, 404, 404, 403)),
    ("scenario", "POST", f"{ARB}/scenarier/999999/", (302, 403, 403, 404, 403, 404, 403)),
    ("kasta_scenario", "GET", f"{FAST}/scenarier/999999/kasta/", (302, 404, 404, 404, 404, 404, 403)),
    ("kasta_scenario", "POST", f"{FAST}/scenarier/999999/kasta/", (302, 404, 404, 404, 404, 404, 403)),
    ("foresla_scenario", "GET", f"{FAST}/scenarier/999999/foresla/", (302, 403, 403, 404, 403, 403, 403)),
    ("foresla_scenario", "POST", f"{FAST}/scenarier/999999/foresla/", (302, 403, 403, 404, 403, 403, 403)),
    ("scenario_excel", "GET", f"{FAST}/scenarier/999999/excel/", (302, 404, 404, 404, 404, 404, 403)),
    ("beslutspunkter", "GET", f"{FAST}/beslut/", (302, 200, 200, 200, 200, 200, 403)),
    ("beslutspunkter", "GET", f"{ARB}/beslut/", (302, 403, 403, 200, 403, 200, 403)),
    ("ny_beslutspunkt", "GET", f"{FAST}/beslut/ny/", (302, 403, 403, 403, 403, 403, 403)),
    ("ny_beslutspunkt", "GET", f"{ARB}/beslut/ny/", (302, 403, 403, 200, 403, 403, 403)),
    ("ny_beslutspunkt", "POST", f"{ARB}/beslut/ny/", (302, 403, 403, 422, 403, 403, 403)),
    ("ny_beslutspunkt", "POST", f"{FAST}/beslut/ny/", (302, 403, 403, 422, 403, 403, 403)),
    ("beslutspunkt", "GET", f"{ARB}/beslut/999999/", (302, 403, 403, 404, 403, 404, 403)),
    ("beslutspunkt", "POST", f"{ARB}/beslut/999999/", (302, 403, 403, 404, 403, 404, 403)),
    ("flytta_beslutspunkt", "POST", f"{ARB}/beslut/999999/flytta/", (302, 403, 403, 404, 403, 403, 403)),
    ("ta_bort_beslutspunkt", "GET", f"{ARB}/beslut/999999/ta-bort/", (302, 403, 403, 404, 403, 403, 403)),
    ("ta_bort_beslutspunkt", "POST", f"{ARB}/beslut/999999/ta-bort/", (302, 403, 403, 404, 403, 403, 403)),
    ("beslutstal", "GET", f"{FAST}/beslut/tal/mtn_ram/", (302, 200, 200, 200, 200, 200, 403)),
    ("beslutstal", "GET", f"{ARB}/beslut/tal/mtn_ram/", (302, 403, 403, 200, 403, 200, 403)),
    # The demo database has no part until a koncerncontroller opens the version; that is another test's matter.
    ("delar", "GET", f"{ARB}/delar/", (302, 200, 200, 200, 403, 200, 403)),
    ("delar", "GET", f"{FAST}/delar/", (302, 200, 200, 200, 403, 200, 403)),
    ("delar", "POST", f"{ARB}/delar/", (302, 403, 403, 422, 403, 403, 403)),
    ("budgetdel", "GET", f"{ARB}/delar/KN/", (302, 404, 404, 404, 403, 404, 403)),
    ("lamna_in_del", "GET", f"{ARB}/delar/KN/lamna-in/", (302, 404, 404, 404, 403, 404, 403)),
    ("lamna_in_del", "POST", f"{ARB}/delar/KN/lamna-in/", (302, 404, 404, 404, 403, 404, 403)),
    ("delsteg", "POST", f"{ARB}/delar/KN/steg/", (302, 404, 404, 404, 403, 404, 403)),
    ("aterlamna_del", "GET", f"{ARB}/delar/KN/aterlamna/", (302, 404, 404, 404, 403, 404, 403)),
    ("aterlamna_del", "POST", f"{ARB}/delar/KN/aterlamna/", (302, 404, 404, 404, 403, 404, 403)),
    ("sista_dag_del", "POST", f"{ARB}/delar/KN/sista-dag/", (302, 404, 404, 404, 403, 404, 403)),
    ("kommentera_del", "POST", f"{ARB}/delar/KN/kommentera/", (302, 404, 404, 404, 403, 404, 403)),
    ("kommentar", "POST", f"{ARB}/kommentarer/999999/", (302, 404, 404, 404, 403, 404, 403)),
    ("kommentera_cell", "POST", f"{ARB}/kommentera/regionbidrag/regionbidrag/KN/2024/",
     (302, 403, 422, 422, 403, 403, 403)),
    ("kommentera_cell", "POST", f"{ARB}/kommentera/resultatbudget/kostnader/REGION/2024/",
     (302, 403, 403, 422, 403, 403, 403)),
    ("kommentera_cell", "POST", f"{FAST}/kommentera/regionbidrag/regionbidrag/KN/2024/",
     (302, 403, 403, 403, 403, 403, 403)),
    ("api_delar", "GET", "/api/v1/budget/2024/B2024-ARB/delar/", (403, 200, 200, 200, 403, 200, 403)),
    ("api_delar", "POST", "/api/v1/budget/2024/B2024-ARB/delar/", (403, 403, 403, 400, 403, 403, 403)),
    ("api_del", "GET", "/api/v1/budget/2024/B2024-ARB/delar/KN/", (403, 404, 404, 404, 403, 404, 403)),
    ("api_del", "POST", "/api/v1/budget/2024/B2024-ARB/delar/KN/", (403, 404, 404, 404, 403, 404, 403)),
    ("jamfor", "GET", f"{FAST}/jamfor/", (302, 200, 200, 200, 200, 200, 403)),
    ("jamfor", "GET", f"{ARB}/jamfor/", (302, 200, 200, 200, 403, 200, 403)),
    # A draft is compared by those who may read it, from whichever side it is asked for.
    ("jamfor", "GET", f"{FAST}/jamfor/?mot=B2024-ARB", (302, 200, 200, 200, 403, 200, 403)),
    ("jamfor_excel", "GET", f"{FAST}/jamfor/excel/", (302, 200, 200, 200, 200, 200, 403)),
    ("jamfor_excel", "GET", f"{ARB}/jamfor/excel/", (302, 200, 200, 200, 403, 200, 403)),
    ("jamfor_excel", "GET", f"{FAST}/jamfor/excel/?mot=B2024-ARB", (302, 200, 200, 200, 403, 200, 403)),
    ("jamfor_excel", "GET", f"{IB}/jamfor/excel/", (302, 200, 403, 200, 200, 200, 403)),
    ("jamfor_handling", "POST", f"{FAST}/jamfor/handling/", (302, 302, 302, 302, 302, 302, 403)),
    ("jamfor_handling", "POST", f"{ARB}/jamfor/handling/", (302, 302, 302, 302, 403, 302, 403)),
    ("api_jamforelse", "GET", "/api/v1/budget/2024/B2024/jamfor/", (403, 200, 200, 200, 200, 200, 403)),
    ("api_jamforelse", "GET", "/api/v1/budget/2024/B2024/jamfor/?mot=B2024-ARB",
     (403, 200, 200, 200, 403, 200, 403)),
    ("excel", "GET", f"{FAST}/skatt/excel/", (302, 200, 200, 200, 200, 200, 403)),
    ("excel", "GET", f"{ARB}/resultatbudget/excel/", (302, 403, 403, 200, 403, 200, 403)),
    ("inmatning", "GET", f"{FAST}/regionbidrag/inmatning/", (302, 403, 403, 403, 403, 403, 403)),
    ("inmatning", "GET", f"{ARB}/regionbidrag/inmatning/", (302, 200, 200, 200, 403, 403, 403)),
    # The ram is fullmäktige's: who else may write in the version sees it locked, and writes nothing in it.
    ("inmatning", "POST", f"{FAST}/regionbidrag/inmatning/", (302, 403, 403, 409, 403, 403, 403)),
    ("inmatning", "POST", f"{ARB}/regionbidrag/inmatning/", (302, 403, 403, 302, 403, 403, 403)),
    ("inmatning", "POST", f"{FAST}/investeringsobjekt/inmatning/", (302, 403, 403, 409, 403, 403, 403)),
    ("inmatning", "POST", f"{ARB}/askanden/inmatning/", (302, 302, 302, 302, 403, 403, 403)),
    ("inmatning", "GET", f"{ARB}/resultatbudget/inmatning/", (302, 403, 403, 200, 403, 403, 403)),
    ("inmatning", "POST", f"{ARB}/resultatbudget/inmatning/", (302, 403, 403, 302, 403, 403, 403)),
    ("ifyllnad", "GET", f"{FAST}/ifyllnad/", (302, 403, 403, 200, 403, 200, 403)),
    ("ifyllnad", "GET", f"{ARB}/ifyllnad/", (302, 200, 200, 200, 403, 200, 403)),
    ("ifyllnad", "POST", f"{FAST}/ifyllnad/", (302, 422, 422, 422, 403, 403, 403)),
    ("ifyllnad", "POST", f"{ARB}/ifyllnad/", (302, 422, 422, 422, 403, 403, 403)),
    ("ifyllnadsbok", "GET", f"{FAST}/ifyllnad/arbetsbok/", (302, 403, 403, 403, 403, 403, 403)),
    ("ifyllnadsbok", "GET", f"{ARB}/ifyllnad/arbetsbok/", (302, 200, 200, 200, 403, 403, 403)),
    ("ta_emot_ifyllnad", "GET", f"{ARB}/ifyllnad/{uuid.UUID(int=1)}/", (302, 404, 404, 404, 403, 403, 403)),
    ("ta_emot_ifyllnad", "POST", f"{ARB}/ifyllnad/{uuid.UUID(int=1)}/", (302, 404, 404, 404, 403, 403, 403)),
    ("ifyllnadsfil", "GET", f"{ARB}/ifyllnad/{uuid.UUID(int=1)}/fil/", (302, 404, 404, 404, 403, 404, 403)),
    ("skapa_handling", "POST", f"{FAST}/handling/", (302, 302, 302, 302, 302, 302, 403)),
    ("skapa_handling", "POST", f"{ARB}/handling/", (302, 302, 302, 302, 403, 302, 403)),
    ("berakna_balanskrav", "POST", f"{ARB}/balanskrav/berakna/", (302, 403, 403, 302, 403, 403, 403)),
    ("balanskravsbeslut", "GET", f"{ARB}/balanskrav/beslut/", (302, 403, 403, 200, 403, 403, 403)),
    ("balanskravsbeslut", "POST", f"{ARB}/balanskrav/beslut/", (302, 403, 403, 422, 403, 403, 403)),
    ("ta_bort_beslut", "GET", f"{ARB}/balanskrav/beslut/999999/ta-bort/", (302, 403, 403, 404, 403, 403, 403)),
    ("ta_bort_beslut", "POST", f"{ARB}/balanskrav/beslut/999999/ta-bort/", (302, 403, 403, 404, 403, 403, 403)),
    ("las_version", "GET", f"{ARB}/las/", (302, 403, 403, 200, 403, 403, 403)),
    ("las_version", "POST", f"{ARB}/las/", (302, 403, 403, 302, 403, 403, 403)),
    ("las_upp_version", "GET", f"{ARB}/las-upp/", (302, 403, 403, 200, 403, 403, 403)),
    ("las_upp_version", "POST", f"{ARB}/las-upp/", (302, 403, 403, 422, 403, 403, 403)),
    ("kopiera_version", "GET", f"{FAST}/kopiera/", (302, 403, 403, 200, 403, 403, 403)),
    ("kopiera_version", "POST", f"{FAST}/kopiera/", (302, 403, 403, 422, 403, 403, 403)),
    ("varifran", "GET", f"{FAST}/varifran/regionbidrag/regionbidrag/alla/2024/",
     (302, 200, 200, 200, 200, 200, 403)),
    ("varifran", "GET", f"{ARB}/varifran/regionbidrag/regionbidrag/enhet-KN/2024/",
     (302, 403, 200, 200, 403, 200, 403)),
    ("varifran", "GET", f"{ARB}/varifran/regionbidrag/regionbidrag/enhet-NORV_MS/2024/",
     (302, 200, 403, 200, 403, 200, 403)),
    ("varifran", "GET", f"{ARB}/varifran/regionbidrag/regionbidrag/alla/2024/",
     (302, 403, 403, 200, 403, 200, 403)),
    ("varifran", "GET", f"{ARB}/varifran/resultatbudget/kostnader/enhet-REGION/2024/",
     (302, 403, 403, 200, 403, 200, 403)),
    ("uppfoljning", "GET", "/uppfoljning/", (302, 200, 200, 200, 200, 200, 403)),
    ("kalender_excel", "GET", "/uppfoljning/2024/kalender/excel/", (302, 200, 200, 200, 200, 200, 403)),
    ("malplan", "GET", "/uppfoljning/2024/plan/", (302, 200, 200, 200, 200, 200, 403)),
    ("malplan", "GET", "/uppfoljning/2031/plan/", (302, 404, 404, 404, 404, 404, 403)),
    ("malplan_excel", "GET", "/uppfoljning/2024/plan/excel/", (302, 200, 200, 200, 200, 200, 403)),
    ("styrkort", "GET", "/uppfoljning/2025/styrkort/NORV_MS/", (302, 200, 200, 200, 200, 200, 403)),
    ("styrkort", "GET", "/uppfoljning/2025/styrkort/KN/", (302, 404, 404, 404, 404, 404, 403)),
    ("styrkort_excel", "GET", "/uppfoljning/2025/styrkort/NORV_MS/excel/", (302, 200, 200, 200, 200, 200, 403)),
    ("jobb", "GET", f"/jobb/{uuid.UUID(int=1)}/", (302, 404, 404, 404, 404, 404, 404)),
    ("jobb_igen", "POST", f"/jobb/{uuid.UUID(int=1)}/igen/", (302, 404, 404, 404, 404, 404, 404)),
    ("jobb_avbryt", "POST", f"/jobb/{uuid.UUID(int=1)}/avbryt/", (302, 404, 404, 404, 404, 404, 404)),
    ("utfallsfiler", "GET", "/utfall/filer/", (302, 200, 200, 200, 403, 200, 403)),
    ("utfallsfiler", "POST", "/utfall/filer/", (302, 422, 422, 422, 403, 403, 403)),
    ("utfallsfil", "GET", "/utfall/filer/999999/", (302, 404, 404, 404, 403, 404, 403)),
    ("hamta_utfallsfil", "GET", "/utfall/filer/999999/hamta/", (302, 404, 404, 404, 403, 404, 403)),
    ("las_in_utfallsfil", "POST", "/utfall/filer/999999/las-in/", (302, 404, 404, 404, 403, 403, 403)),
    ("ta_bort_utfallsfil", "POST", "/utfall/filer/999999/ta-bort/", (302, 404, 404, 404, 403, 403, 403)),
    ("bekrafta_utfallsfil", "POST", "/utfall/filer/999999/bekrafta/", (302, 404, 404, 404, 403, 403, 403)),
    ("utfallsfilens_kolumner", "POST", "/utfall/filer/999999/kolumner/", (302, 404, 404, 404, 403, 403, 403)),
    ("utfallsfilens_perioder", "POST", "/utfall/filer/999999/perioder/", (302, 404, 404, 404, 403, 403, 403)),
    ("koppla_utfallsfil", "POST", "/utfall/filer/999999/koppla/", (302, 403, 403, 404, 403, 403, 403)),
    ("jobbfil", "GET", f"/jobb/{uuid.UUID(int=1)}/filer/a.pdf", (302, 404, 404, 404, 404, 404, 404)),
    ("api_versioner", "GET", "/api/v1/budget/", (403, 200, 200, 200, 200, 200, 200)),
    ("api_justeringar", "GET", "/api/v1/budget/2024/B2024/justeringar/", (403, 200, 200, 200, 200, 200, 403)),
    ("api_justeringar", "GET", "/api/v1/budget/2024/B2024-ARB/justeringar/", (403, 200, 200, 200, 403, 200, 403)),
    ("api_justeringar", "POST", "/api/v1/budget/2024/B2024/justeringar/", (403, 403, 403, 403, 403, 403, 403)),
    ("api_tabell", "GET", "/api/v1/budget/2024/B2024/regionbidrag/", (403, 200, 200, 200, 200, 200, 403)),
    ("api_tabell", "GET", "/api/v1/budget/2024/B2024-ARB/regionbidrag/", (403, 200, 200, 200, 403, 200, 403)),
    ("api_tabell", "GET", "/api/v1/budget/2024/B2024-ARB/balanskrav/", (403, 403, 403, 200, 403, 200, 403)),
    # Everybody with a political or economic role reads all indikatorer. ID0285 is HSN's, NORV-ALF is NORV's.
    ("indikatorer", "GET", "/indikatorer/", (302, 200, 200, 200, 200, 200, 403)),
    ("indikatorexport", "GET", "/indikatorer/exportera/?sok=ID0050", (302, 200, 200, 200, 200, 200, 403)),
    ("indikatoroversikt", "GET", "/indikatorer/2024/oversikt/", (302, 200, 200, 200, 200, 200, 403)),
    ("indikatorbilaga", "GET", "/indikatorer/2024/bilaga/", (302, 200, 200, 200, 200, 200, 403)),
    ("indikatorbilaga_excel", "GET", "/indikatorer/2023/bilaga/excel/", (302, 200, 200, 200, 200, 200, 403)),
    ("indikatorbilaga_handling", "POST", "/indikatorer/2024/bilaga/handling/",
     (302, 302, 302, 302, 302, 302, 403)),
    ("indikator", "GET", "/indikatorer/ID0285/", (302, 200, 200, 200, 200, 200, 403)),
    ("matning", "GET", "/indikatorer/ID0285/varifran/999999/", (302, 404, 404, 404, 404, 404, 403)),
    ("matningar", "GET", "/indikatorer/ID0285/matningar/", (302, 403, 403, 200, 403, 403, 403)),
    ("matningar", "POST", "/indikatorer/ID0285/matningar/", (302, 403, 403, 302, 403, 403, 403)),
    ("matningar", "GET", "/indikatorer/NORV-ALF/matningar/", (302, 200, 403, 200, 403, 403, 403)),
    ("matningar", "POST", "/indikatorer/NORV-ALF/matningar/", (302, 302, 403, 302, 403, 403, 403)),
    ("aterstall_matning", "POST", "/indikatorer/ID0285/varifran/999999/aterstall/1/",
     (302, 403, 403, 404, 403, 403, 403)),
    ("aterstall_matning", "POST", "/indikatorer/NORV-ALF/varifran/999999/aterstall/1/",
     (302, 404, 403, 404, 403, 403, 403)),
    ("ny_indikator", "GET", "/indikatorer/ny/", (302, 403, 403, 200, 403, 403, 403)),
    ("ny_indikator", "POST", "/indikatorer/ny/", (302, 403, 403, 422, 403, 403, 403)),
    ("andra_indikator", "GET", "/indikatorer/NORV-ALF/andra/", (302, 403, 403, 200, 403, 403, 403)),
    ("andra_indikator", "POST", "/indikatorer/NORV-ALF/andra/", (302, 403, 403, 422, 403, 403, 403)),
    ("malniva", "GET", "/indikatorer/NORV-ALF/mal/", (302, 403, 403, 200, 403, 403, 403)),
    ("malniva", "POST", "/indikatorer/NORV-ALF/mal/", (302, 403, 403, 422, 403, 403, 403)),
    ("las_in_matningar", "GET", "/indikatorer/las-in/", (302, 200, 200, 200, 403, 403, 403)),
    ("las_in_matningar", "POST", "/indikatorer/las-in/", (302, 422, 422, 422, 403, 403, 403)),
    ("las_in_bibliotek", "GET", "/indikatorer/las-in/bibliotek/", (302, 403, 403, 200, 403, 403, 403)),
    ("las_in_bibliotek", "POST", "/indikatorer/las-in/bibliotek/", (302, 403, 403, 422, 403, 403, 403)),
    ("hamta_kolada", "POST", "/indikatorer/las-in/kolada/", (302, 422, 422, 422, 403, 403, 403)),
    ("granska_matningar", "GET", f"/indikatorer/las-in/granska/?jobb={uuid.UUID(int=1)}",
     (302, 404, 404, 404, 403, 403, 403)),
    ("granska_matningar", "POST", "/indikatorer/las-in/granska/?u=x", (302, 404, 404, 404, 403, 403, 403)),
    ("api_indikatorer", "GET", "/api/v1/indikatorer/?sok=ID0050", (403, 200, 200, 200, 200, 200, 403)),
    ("api_bedomningar", "GET", "/api/v1/indikatorer/2024/bedomningar/", (403, 200, 200, 200, 200, 200, 403)),
    ("api_indikator", "GET", "/api/v1/indikatorer/ID0285/", (403, 200, 200, 200, 200, 200, 403)),
]  # fmt: skip


def _namn(monster):
    for m in monster:
        if isinstance(m, URLResolver):
            yield from _namn(m.url_patterns)
        elif isinstance(m, URLPattern):
            yield m.name


def test_varje_adress_star_i_tabellen():
    assert sorted(set(_namn(get_resolver().url_patterns))) == sorted({rad[0] for rad in TABELL})


@pytest.mark.parametrize("nummer", range(len(ROLLER)), ids=[r or "utan" for r in ROLLER])
def test_roll_far_just_det_som_tabellen_sager(nummer, som, client, db):
    svar = []
    for _, metod, adress, vantat in TABELL:
        klient = som(ROLLER[nummer]) if ROLLER[nummer] else client
        status = klient.generic(metod, adress).status_code
        if status != vantat[nummer]:
            svar.append((metod, adress, status, vantat[nummer]))
    assert svar == []


def test_controller_ser_bara_egna_enheter_i_oppen_version(som):
    for adress in (
        f"{ARB}/regionbidrag/",
        f"{ARB}/regionbidrag/inmatning/",
        "/api/v1" + f"{ARB}/regionbidrag/",
    ):
        html = som("controller").get(adress).content.decode()
        assert "Medicinsk service" in html
        assert re.search(r"Kulturn", html) is None
        assert "4\u00a0027,2" not in html


def test_den_som_skickar_nagon_annans_cell_far_nej_och_inget_sparas(som, version):
    from budget.models import Belopp
    from organisation.models import Enhet

    publicerad = Belopp.objects.get(version=version("B2024"), enhet__kod="KN", ar=2024)
    kn = Belopp.objects.create(
        version=version("B2024-ARB"), enhet=Enhet.objects.get(kod="KN"), post=publicerad.post, ar=2024,
        belopp=publicerad.belopp, precision=publicerad.precision, ursprung="inmatad", andrad_tid=timezone.now(),
    )  # fmt: skip
    namn = f"c.{kn.enhet_id}.{kn.post_id}.2024"
    svar = som("controller").post(f"{ARB}/regionbidrag/inmatning/", {namn: "1", "bas": "{}"})
    assert svar.status_code == 403
    kn.refresh_from_db()
    assert kn.rev == 1


def test_nagon_annans_jobb_finns_inte(som, anvandare):
    from regionskane.jobb.models import Jobb

    jobb = Jobb.objects.create(slag="balanskrav", titel="Prov", agare=anvandare("koncerncontroller"))
    assert som("koncerncontroller").get(jobb.get_absolute_url()).status_code == 200
    assert som("revisor").get(jobb.get_absolute_url()).status_code == 404
