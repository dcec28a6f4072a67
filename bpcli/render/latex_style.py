"""The head of a LaTeX document, and the few commands that a lesson needs."""

from __future__ import annotations

MOST_COLUMNS = 10
"""More columns amsmath allows a matrix only where it is told."""

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{iftex}
\ifpdftex
  \usepackage[utf8]{inputenc}
  \usepackage[T1]{fontenc}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\fi
\usepackage[margin=2.4cm]{geometry}
\usepackage{amsmath,amssymb,booktabs,graphicx,longtable,xcolor}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5em}
\setlength{\emergencystretch}{3em}
"""

MACROS = r"""% Needs amsmath, amssymb, booktabs, graphicx, longtable and xcolor.
\ifdefined\bpfit\else
\definecolor{bpaccent}{HTML}{1F4E79}
\definecolor{bpmuted}{gray}{0.38}
\newsavebox{\bpbox}
\newsavebox{\bpnote}
\newlength{\bpindent}
% A formula no wider than #1 and no higher than the page: it is made smaller where it must be.
\newcommand{\bpset}[2]{\sbox{\bpbox}{$\displaystyle #2$}%
  \ifdim\dimexpr\ht\bpbox+\dp\bpbox\relax>0.88\textheight
    \sbox{\bpbox}{\resizebox*{!}{0.88\textheight}{\usebox{\bpbox}}}\fi
  \ifdim\wd\bpbox>\dimexpr#1\relax\sbox{\bpbox}{\resizebox{\dimexpr#1\relax}{!}{\usebox{\bpbox}}}\fi}
\newcommand{\bpfit}[1]{\bpset{\linewidth}{#1}\usebox{\bpbox}}
% A chain: its left side with the first relation, and the rule that it uses at the right margin; the next relations.
\newcommand{\bpchain}[3]{\par\addvspace{0.4em}\noindent\settowidth{\bpindent}{$\displaystyle #1$}%
  \ifdim\bpindent>0.45\linewidth\bpfit{#1}\setlength{\bpindent}{2em}\bpnext{#2}\else\bpset{\linewidth}{#1#2}%
    \sbox{\bpnote}{\color{bpmuted}$#3$}%
    \usebox{\bpbox}\ifdim\wd\bpnote>0pt
      \ifdim\dimexpr\wd\bpbox+\wd\bpnote+2em\relax>\linewidth\par\nopagebreak\hspace*{\fill}\bpfit{\color{bpmuted}#3}%
      \else\hfill\usebox{\bpnote}\fi\fi\fi}
\newcommand{\bpnext}[1]{\par\nopagebreak[2]\vspace{0.35em}\noindent\hspace*{\bpindent}%
  \bpset{\linewidth-\bpindent}{#1}\usebox{\bpbox}}
\newcommand{\bpend}{\par\addvspace{0.5em}}
\newcommand{\bpgap}{\hspace{2.2em plus 0.5em minus 0.4em}}
\newenvironment{bpgivens}{\par\addvspace{0.3em}\begingroup\raggedright
  \lineskip=0.6em\lineskiplimit=0.6em\noindent\ignorespaces}{\par\endgroup\addvspace{0.3em}}
\newcommand{\bptitle}[2]{{\LARGE\bfseries\raggedright #1\par}%
  \if\relax\detokenize{#2}\relax\else\vspace{0.2em}{\itshape\color{bpmuted}#2\par}\fi
  \vspace{0.2em}{\color{bpaccent}\hrule height 0.9pt}\vspace{1em}}
% Neither a heading nor a step begins at the foot of a page.
\newcommand{\bpneed}[1]{\par\ifdim\pagegoal<\maxdimen\ifdim\dimexpr\pagegoal-\pagetotal\relax<#1\relax\newpage\fi\fi}
\newcommand{\bpheading}[1]{\bpneed{10em}\section*{\color{bpaccent}#1}}
\newenvironment{bpstep}[3]{\bpneed{8em}\addvspace{1.1em}\begin{list}{}{\leftmargin=2.1em\labelwidth=1.5em\labelsep=0.6em
  \topsep=0pt\partopsep=0pt\parsep=0.4em\itemsep=0pt\listparindent=0pt}%
  \item[\color{bpaccent}#1]\textbf{#2}\par\nopagebreak
  \if\relax\detokenize{#3}\relax\else{\color{bpmuted}#3\par}\nopagebreak\fi}{\end{list}}
\newcommand{\bptable}[2]{\par\addvspace{0.6em}\noindent\bpsettable{#1}{#2}\usebox{\bpbox}\par\addvspace{0.6em}}
\newcommand{\bpsettable}[2]{\sbox{\bpbox}{\begin{tabular}{@{}#1@{}}#2\end{tabular}}%
  \ifdim\wd\bpbox>\linewidth\sbox{\bpbox}{\resizebox{\linewidth}{!}{\usebox{\bpbox}}}\fi}
\newcommand{\bpremark}[2]{\par\addvspace{0.4em}{\noindent\hangindent=1.4em\hangafter=1\color{bpmuted}%
  \makebox[1.4em][l]{\color{bpaccent}#1}#2\par}\addvspace{0.4em}}
\newcommand{\bpentries}[1]{\par\addvspace{0.4em}{\scshape\color{bpmuted}#1\par}\nopagebreak}
\fi
"""


def matrices_of(columns: int) -> str:
    """Matrices of so many columns, flush right, digit under digit: up to the end of the group that this stands in."""
    most = rf"\c@MaxMatrixCols={columns}\relax" if columns > MOST_COLUMNS else ""
    return rf"""% The columns of a matrix stand flush right, digit under digit.
\makeatletter{most}
\renewcommand*{{\env@matrix}}[1][r]{{\hskip-\arraycolsep\let\@ifnextchar\new@ifnextchar\array{{*\c@MaxMatrixCols #1}}}}
\makeatother
"""
