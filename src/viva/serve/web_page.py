"""The one page of the web server, what it loads, and what a browser is told about both."""

from dataclasses import dataclass
from html import escape
from importlib.resources import files

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>viva</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{base}/static/xterm.css">
<link rel="stylesheet" href="{base}/static/viva.css">
<script src="{base}/static/textual.js"></script>
<script defer src="{base}/static/viva.js"></script>
</head>
<body>
<p class="starting">viva is starting …</p>
<p class="ended">The session has ended; what you entered is kept. <a href="{base}/">Open viva again</a></p>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{socket}" data-font-size="16"></div>
</body>
</html>
"""

STYLE = """@font-face { font-family: "Roboto Mono"; font-weight: 100 700; src: url("RobotoMono.ttf"); }
@font-face { font-family: "Roboto Mono"; font-weight: 100 700; font-style: italic; src: url("RobotoMono-Italic.ttf"); }
html, body { margin: 0; height: 100%; overflow: hidden; background: #14171b; color: #dfe3e8; }
body { font: 16px "Roboto Mono", monospace; }
.starting, .ended { position: absolute; z-index: 10; margin: 0; padding: 24px; }
.ended { display: none; left: 0; right: 0; bottom: 0; background: #22272e; }
.ended a { color: #7fb2d9; }
body.-first-byte .starting, body.-closed .starting { display: none; }
body.-closed .ended { display: block; }
.textual-terminal { position: absolute; inset: 0; }
"""

SCRIPT = """\
// Keys go to the terminal from the start. textual.js leaves it without the focus; and as it tells its server of the
// focus at once, it can be had only when that has been connected.
const terminal = document.querySelector("#terminal");
new MutationObserver((_, observer) => {
  if (terminal.classList.contains("-connected")) {
    observer.disconnect();
    terminal.querySelector(".xterm-helper-textarea").focus();
  }
}).observe(terminal, { attributes: true, attributeFilter: ["class"] });
"""

_LOADED = {
    "textual.js": ("js/textual.js", "text/javascript"),
    "xterm.css": ("css/xterm.css", "text/css"),
    "RobotoMono.ttf": ("fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
    "RobotoMono-Italic.ttf": ("fonts/RobotoMono-Italic-VariableFont_wght.ttf", "font/ttf"),
}


@dataclass(frozen=True)
class Asset:
    """A file that the page loads."""

    content: bytes
    media_type: str


def assets() -> dict[str, Asset]:
    """Return the files that the page loads, by name: textual-serve's terminal and fonts, and ours."""
    static = files("textual_serve") / "static"
    loaded = {name: Asset(static.joinpath(path).read_bytes(), kind) for name, (path, kind) in _LOADED.items()}
    ours = {
        "viva.css": Asset(STYLE.encode(), "text/css"),
        "viva.js": Asset(SCRIPT.encode(), "text/javascript"),
    }
    return {**loaded, **ours}


def page(base: str) -> str:
    """Return the page, for somebody who came to `base` (`http://127.0.0.1:8000`, without a slash at its end)."""
    return PAGE.format(base=escape(base), socket=escape(socket_address(base)))


def socket_address(base: str) -> str:
    """Return the address of the websocket beside the page."""
    return f"ws{base.removeprefix('http')}/ws"


def headers(base: str) -> dict[str, str]:
    """Return what goes with every answer.

    The page may run and load what comes from here and nothing else. The sandbox lets it open no window and start no
    download, so that an address in a rated text stays text. xterm writes style elements of its own.
    """
    policy = (
        "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "font-src 'self'",
        "img-src 'self' data:", f"connect-src 'self' {socket_address(base)}", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'none'", "sandbox allow-scripts allow-same-origin",
    )  # fmt: skip
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Server": "viva",
    }
