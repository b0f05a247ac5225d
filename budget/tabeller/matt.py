"""How the figures of a line are written: in mnkr as the tables are, or in the line's own unit."""

from decimal import Decimal

from budget.models import Matt, Post
from regionskane.lib.belopp import ENHETER, HARDBLANK, formatera, formatera_fullt


def skala(post: Post) -> Decimal:
    """What is stored for one shown unit of the line: a million kronor, a krona, a percent, one."""
    return ENHETER[post.matt]


def decimaler(post: Post) -> int:
    """The line's own number of decimals, or its table's."""
    return post.uppstallning.decimaler if post.decimaler is None else post.decimaler


def egen_enhet(post: Post) -> str:
    """The line's unit where it is not the tables' own, and empty where it is."""
    return "" if post.matt == Matt.MNKR else post.matt


def enhetsord(post: Post) -> str:
    """The unit as it is read beside a figure: «mnkr», «kr per skattekrona», «%»."""
    if post.matt == Matt.PROCENT:
        return "%"
    return f"{post.matt} per {post.per}" if post.per else post.matt


def namn(post: Post) -> str:
    """The line's name, with its unit where the figures do not carry it themselves."""
    return post.namn if post.matt in (Matt.MNKR, Matt.PROCENT) else f"{post.namn}, {enhetsord(post)}"


def skriv(post: Post, varde: Decimal | None, *, tecken: bool = False) -> str:
    """The figure rounded as in the table, without its unit; «–» when there is none."""
    if varde is None:
        return "–"
    return formatera(varde, skala=skala(post), decimaler=decimaler(post), tecken=tecken)


def skriv_fullt(post: Post, varde: Decimal) -> str:
    """The figure with all that it holds, without its unit."""
    return formatera_fullt(varde, skala=skala(post), minst=decimaler(post))


def skriv_exakt(post: Post, varde: Decimal, *, skillnad: bool = False) -> str:
    """The figure with no more decimals than it needs, and with its unit where that is not mnkr."""
    text = formatera_fullt(varde, skala=skala(post))
    return med_enhet(post, text, skillnad=skillnad) if egen_enhet(post) else text


def med_enhet(post: Post, text: str, *, skillnad: bool = False) -> str:
    """A written figure with its unit after it. A difference (`skillnad`) between percentages is none itself."""
    enhet = "procentenheter" if skillnad and post.matt == Matt.PROCENT else enhetsord(post)
    return f"{text}{HARDBLANK}{enhet}"
