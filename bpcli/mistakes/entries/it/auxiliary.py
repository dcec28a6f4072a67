"""Ciò che capita ai numeri, qualunque sia la formula."""

from __future__ import annotations

from bpcli.mistakes.model import Text

AUXILIARY = {
    "X-sign": Text(
        "segno invertito",
        "il segno è invertito",
        "Le cifre giuste con il segno opposto.",
        "Ricontrolla i segni di questo passo.",
        "− valore",
    ),
    "X-sign-entry": Text(
        "segno di un elemento",
        "il segno di un elemento è invertito",
        "Un elemento ha le cifre giuste e il segno opposto.",
        "Ricontrolla i segni di questo elemento.",
        "− elemento",
    ),
    "X-transposed": Text(
        "trasposta",
        "i numeri sono giusti e la matrice è trasposta",
        "I numeri giusti, specchiati rispetto alla diagonale.",
        "Quale indice è la riga e quale la colonna?",
        "valoreᵀ",
    ),
    "X-swapped": Text(
        "elementi scambiati",
        "i numeri sono giusti, ma l'uno al posto dell'altro",
        "I numeri giusti nell'ordine sbagliato.",
        "Quale numero appartiene a quale unità?",
        "elementi in un altro ordine",
    ),
    "X-digits": Text(
        "cifre scambiate",
        "due cifre vicine si sono scambiate nel copiare il numero",
        "Due cifre vicine stanno nell'ordine sbagliato.",
        "Confronta cifra per cifra ciò che hai calcolato con ciò che hai scritto.",
        "… 21 … al posto di … 12 …",
    ),
    "X-label": Text(
        "valore di un'altra quantità",
        "questo è il valore di un'altra quantità",
        "I numeri giusti, ma al passo sbagliato.",
        "Quale quantità si chiede qui?",
        "il valore di un altro passo",
    ),
    "X-factor-n": Text(
        "fattore pari al numero di uscite",
        "è sbagliato di un fattore pari al numero di uscite",
        "Il numero di uscite è un fattore in più o in meno.",
        "Questa è una somma o una media sulle uscite?",
        "n · valore, valore / n",
    ),
    "X-factor-m": Text(
        "fattore pari al numero di istanze",
        "è sbagliato di un fattore pari al numero di istanze",
        "Il numero di istanze è un fattore in più o in meno.",
        "Questa è una somma o una media sulle istanze?",
        "m · valore, valore / m",
    ),
    "X-factor-rate": Text(
        "fattore pari al tasso di apprendimento",
        "è sbagliato di un fattore pari al tasso di apprendimento",
        "Il tasso di apprendimento è un fattore in più o in meno.",
        "Dove entra il tasso di apprendimento, e dove no?",
        "η · valore, valore / η",
    ),
    "X-factor-log": Text(
        "fattore dovuto alla base del logaritmo",
        "differisce per la costante che lega i logaritmi naturali agli altri",
        "Sono stati mescolati logaritmi in due basi.",
        "Quale base hanno i logaritmi di questo problema?",
        "valore · ln della base",
    ),
    "X-one-entry": Text(
        "un elemento sbagliato",
        "gli altri elementi sono giusti: cerca una svista soltanto in questo",
        "Un solo elemento è sbagliato; il passo è stato capito.",
        "Ricalcola questo elemento come hai calcolato gli altri.",
        "un elemento diverso",
    ),
    "X-unwritten": Text(
        "giusto per altri valori a monte",
        "è giusto per altri valori di qualcosa che non è stato scritto",
        "Il passo è svolto bene, da un valore che non è quello giusto.",
        "Scrivi i passi a monte, e controlla prima quelli.",
        "la formula giusta con un altro valore a monte",
    ),
}
