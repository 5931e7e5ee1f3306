/** The page's style and its search: files of their own, so that the page needs nothing inline and nothing from elsewhere. */

export const STYLE = `:root{color-scheme:light dark;--text:light-dark(#1c2024,#e6e8eb);--quiet:light-dark(#5b6470,#9aa4b0);
--back:light-dark(#fff,#14171a);--panel:light-dark(#f5f7f9,#1d2126);--line:light-dark(#dde2e7,#2d333a);--accent:light-dark(#0b6e4f,#4cc38a)}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
header{position:sticky;top:0;z-index:1;background:var(--back);border-bottom:1px solid var(--line);padding:.75rem 1rem}
header>*{max-width:60rem;margin-inline:auto}header h1{font-size:1.15rem;margin-block:0 .5rem}small{color:var(--quiet);font-weight:400}
header input{display:block;width:100%;font:inherit;padding:.45rem .7rem;border:1px solid var(--line);border-radius:.5rem;background:var(--panel);color:inherit}
nav{display:flex;gap:.25rem 1rem;overflow-x:auto;scrollbar-width:thin;padding-top:.5rem;font-size:.9rem;white-space:nowrap}
@media(min-width:48rem){nav{flex-wrap:wrap}}
a{color:var(--accent)}nav a{text-decoration:none}
main{max-width:62rem;margin:0 auto;padding:1rem}
section{margin-top:2rem;scroll-margin-top:8.5rem}h2{font-size:1.25rem;margin:1.25rem 0 .25rem}h4{margin:1.1rem 0 .3rem}
section>p,.type,.limits,.scope{color:var(--quiet)}.type,.limits,.scope{font-size:.9rem}
.operation,.about{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;background:var(--panel);scroll-margin-top:8.5rem}
.operation>summary,.about>summary{padding:.6rem .8rem;cursor:pointer;overflow-wrap:anywhere}
.about>:not(summary),.operation .body{padding:0 .8rem .6rem}.about>:not(summary){margin-left:.8rem;padding:0 .8rem 0 0}
.about>ol{padding-left:1.3rem!important}
.title{color:var(--quiet);margin-left:.4rem}
.method{display:inline-block;min-width:4.2rem;text-align:center;font:600 .75rem/1.7 ui-monospace,monospace;border-radius:.3rem;color:#fff;background:#5b6470}
.get{background:#0b62a8}.post{background:#0b6e4f}.put{background:#8a5a00}.delete{background:#b42318}
code,pre{font-family:ui-monospace,monospace;font-size:.88em}code{overflow-wrap:anywhere}
pre{background:var(--back);border:1px solid var(--line);border-radius:.4rem;padding:.7rem;overflow-x:auto;margin:.4rem 0}
.fields,.answers{list-style:none;margin:.2rem 0;padding:0}.fields .fields{border-left:2px solid var(--line);margin-left:.3rem;padding-left:.8rem}
.fields>li,.answers>li{padding:.3rem 0;border-top:1px solid var(--line)}.fields .name{font-weight:600}
.required{color:light-dark(#b42318,#ff9a8f);font-size:.8rem}
.status{font:600 .85rem ui-monospace,monospace;margin-right:.4rem}.success{color:var(--accent)}.error{color:light-dark(#b42318,#ff9a8f)}
[hidden]{display:none!important}`;

export const SEARCH = `const input = document.getElementById("search");
const operations = [...document.querySelectorAll(".operation")];
const open = () => {
  const found = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (found instanceof HTMLDetailsElement) found.open = true;
};
input.addEventListener("input", () => {
  const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const operation of operations) operation.hidden = !words.every((word) => operation.dataset.words.includes(word));
  for (const section of document.querySelectorAll("section")) section.hidden = !section.querySelector(".operation:not([hidden])");
  document.querySelector(".about").hidden = words.length > 0;
  document.getElementById("nothing").hidden = operations.some((operation) => !operation.hidden);
});
addEventListener("hashchange", open);
open();
`;
