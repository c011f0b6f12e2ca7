"""Bar charts as SVG, and a check that reads a picture back: well-formed, harmless, everything inside its frame."""

import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_SAFE = {"svg", "title", "desc", "g", "rect", "text", "line", "style"}
_COLORS = ("#2f6f9f", "#d98032", "#6a9955", "#8064a2", "#7f7f7f")
_LETTER = 6.6  # mean width of a character of 12 px


def bar_chart(title, labels, series):
    """Stacked horizontal bars.

    ``labels``: one a bar, at most 20. ``series``: ``[[name, [number, ...]], ...]``, at most five. Returns the SVG, or
    None where there is nothing to compare.
    """
    labels = [str(label) for label in labels][:20]
    series = [(str(name), [max(0.0, float(value)) for value in values]) for name, values in series][:5]
    totals = [sum(values[i] for _, values in series) for i in range(len(labels))]
    if len(labels) < 2 or not series or max(totals, default=0) <= 0:
        return None
    left = max(40.0, max(len(label) for label in labels) * _LETTER + 16)
    row, top, legend = 24, 44, 26 if len(series) > 1 else 0
    width, right = max(640.0, left + 300), 60
    height = top + legend + row * len(labels) + 14
    scale = (width - left - right) / max(totals)
    summary = "; ".join(f"{label}: {_number(total)}" for label, total in zip(labels, totals))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(summary)}</desc>",
        f'<rect x="0" y="0" width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-size="15" fill="#222222">{escape(_clip(title, width - 24, 8.2))}</text>',
    ]
    x = left
    for i, (name, _) in enumerate(series if legend else ()):
        parts.append(f'<rect x="{x:.1f}" y="{top - 4}" width="10" height="10" fill="{_COLORS[i]}"/>')
        parts.append(f'<text x="{x + 15:.1f}" y="{top + 5}" fill="#444444">{escape(name)}</text>')
        x += 15 + len(name) * _LETTER + 18
    for i, label in enumerate(labels):
        y = top + legend + row * i
        parts.append(f'<text x="{left - 8:.1f}" y="{y + 14}" text-anchor="end" fill="#222222">{escape(label)}</text>')
        x = left
        for j, (_, values) in enumerate(series):
            bar = values[i] * scale
            if bar > 0:
                parts.append(f'<rect x="{x:.1f}" y="{y + 2}" width="{bar:.1f}" height="{row - 7}" fill="{_COLORS[j]}"/>')
            x += bar
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 14}" fill="#444444">{_number(totals[i])}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _number(value):
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def _clip(text, room, letter):
    most = int(room / letter)
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def check_svg(source):
    """What is wrong with a picture, None when nothing is."""
    if re.search(r"<!DOCTYPE|<!ENTITY", source):
        return "declares a document type"
    try:
        root = ElementTree.fromstring(source)
    except ElementTree.ParseError as error:
        return f"not XML: {error}"
    try:
        _, _, width, height = (float(part) for part in root.get("viewBox", "").split())
    except ValueError:
        return "has no viewBox"
    for element in root.iter():
        name = element.tag.replace(_NAMESPACE, "")
        if name not in _SAFE or element.tag == name:
            return f"holds <{name}>, which a chart does not need"
        if any(key.startswith("on") or "href" in key for key in element.attrib):
            return f"<{name}> holds a script or a link"
        if name in ("rect", "text") and not _is_inside(element, name, width, height):
            return f"<{name}> lies outside the frame: {(element.text or '')[:30]!r}"
    return None


def _is_inside(element, name, width, height):
    x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    if name == "rect":
        far, low = x + float(element.get("width", "0")), y + float(element.get("height", "0"))
    else:
        length = len(element.text or "") * (8.2 if element.get("font-size") == "15" else _LETTER) * 0.9
        x, far, low = (x - length, x, y) if element.get("text-anchor") == "end" else (x, x + length, y)
    return x >= -1 and y >= -1 and far <= width + 1 and low <= height + 1
