"""The staff's pages about tickets: each view checks a form, calls one verb or query, and draws the answer."""
