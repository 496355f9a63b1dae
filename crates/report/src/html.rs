//! Pages that stand alone: no script runs in them, and nothing is loaded from anywhere.

use std::fmt::Write;

use crate::escape::escape_html as escape;

/// Text and lines in the colours of the reader's system, tables that scroll on narrow screens, and
/// ink for what is printed.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--line:#d0d7de;--ground:#fff;--mark:#0969da;--hot:#bc4c00}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9aa4ae;--line:#3d444d;--ground:#0d1117;--mark:#4493f8;--hot:#f0883e}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:75rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin-top:2.5rem}
p.dim,figcaption,td.dim,span.dim{color:var(--dim)}
td.hot{color:var(--hot)}td.strong{font-weight:700}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;white-space:nowrap}
th.left,td.left{text-align:left}td.left{white-space:normal;min-width:8rem}
td.path{min-width:12rem;overflow-wrap:anywhere}
th.path{padding-top:1rem;white-space:normal}th.path,span.path{overflow-wrap:anywhere}
tfoot td{font-weight:600}
figure{margin:0}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:1.5rem}
figcaption b{color:var(--ink)}
svg{display:block;width:100%}svg.bars{height:5rem;border-bottom:1px solid var(--line)}
td svg.bars{width:5rem;height:1.4rem}
svg .bar{fill:var(--mark)}
.ends{display:flex;justify-content:space-between;color:var(--dim);font-size:.8rem}
@page{size:landscape;margin:1cm}
@media print{:root{color-scheme:light;--ink:#1b1f24;--dim:#57606a;--line:#d0d7de;--ground:#fff;--mark:#0969da;--hot:#bc4c00}
body{margin:0;padding:0;max-width:none;font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.wide{overflow:visible}table{font-size:.8rem}th,td{padding:.15rem .35rem}td.left{min-width:0}td.path{min-width:11rem}
h1{font-size:1.2rem}h2{font-size:1rem;margin-top:1.2rem}tfoot{display:table-row-group}
figure,tr,.charts>*{break-inside:avoid}h2,tr.name{break-after:avoid}td svg.bars{width:4rem}}
";

/// A whole document; `body` is HTML already.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(title)
    )
}

/// The heading of a report and what its numbers are about.
pub(crate) fn heading(headline: &str, what_counts: &str) -> String {
    format!("<h1>{}</h1>\n<p class=\"dim\">{}</p>\n", escape(headline), escape(what_counts))
}

/// What to know about the numbers.
pub(crate) fn notes(notes: &[String]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let mut out = "<section>\n<h2>Notes</h2>\n<ul>\n".to_owned();
    notes.iter().for_each(|note| {
        let _ = writeln!(out, "<li>{}</li>", escape(note));
    });
    out + "</ul>\n</section>\n"
}

/// A bar for each number, the highest over the whole height if it is at least `full`. Each says what
/// it stands for to who points at it, and `words` say it all to who can't see.
pub(crate) fn bars(numbers: &[f64], full: f64, names: &[String], words: &str) -> String {
    const HEIGHT: f64 = 100.0;
    let highest = numbers.iter().copied().fold(full, f64::max);
    let mut out = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"{}\">",
        10 * numbers.len(),
        escape(words)
    );
    for (place, number) in numbers.iter().enumerate() {
        if *number <= 0.0 {
            continue;
        }
        // Only nothing is drawn as nothing.
        let height = (HEIGHT * number / highest).max(2.0);
        let _ = write!(
            out,
            "<rect class=\"bar\" x=\"{}\" y=\"{:.1}\" width=\"8\" height=\"{height:.1}\">",
            10 * place + 1,
            HEIGHT - height
        );
        if let Some(name) = names.get(place) {
            let _ = write!(out, "<title>{}</title>", escape(name));
        }
        out.push_str("</rect>");
    }
    out + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_is_as_high_as_the_drawing_and_nothing_is_not_drawn() {
        let drawn = bars(&[0.0, 1.0, 4.0], 0.0, &["a".into(), "b<".into(), "c".into()], "x");
        assert_eq!(drawn.matches("<rect").count(), 2);
        assert!(drawn.contains("y=\"75.0\" width=\"8\" height=\"25.0\"><title>b&lt;</title>"));
        assert!(drawn.contains("y=\"0.0\" width=\"8\" height=\"100.0\""));
    }
}
