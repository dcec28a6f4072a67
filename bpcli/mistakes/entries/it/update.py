"""Errori nell'aggiornamento."""

from __future__ import annotations

from bpcli.mistakes.model import Text

UPDATE = {
    "U01": Text(
        "passo in salita",
        "il passo è stato sommato invece che sottratto",
        "Il nuovo valore sta dall'altra parte di quello vecchio.",
        "In quale verso cala la loss, secondo il gradiente o contro di esso?",
    ),
    "U02": Text(
        "tasso di apprendimento dimenticato",
        "il tasso di apprendimento è stato dimenticato, o applicato due volte",
        "Il passo è sbagliato di un fattore pari al tasso di apprendimento.",
        "Quante volte entra il tasso di apprendimento nel passo?",
        "W − ∂L/∂W, oppure W − η² ∂L/∂W",
    ),
    "U03": Text(
        "variazione al posto del nuovo valore",
        "questa è la variazione, non il nuovo valore",
        "Un numero piccolo al posto di uno vicino al vecchio valore.",
        "Si chiede il passo, o il punto in cui porta?",
    ),
    "U04": Text(
        "gradiente trasposto",
        "è stato sottratto il gradiente trasposto",
        "La diagonale è giusta e il resto no.",
        "Quale gradiente appartiene a quale peso?",
    ),
    "U05": Text(
        "bias non aggiornato",
        "il bias è stato lasciato com'era",
        "Il nuovo bias è uguale a quello vecchio.",
        "Quali parametri cambia un aggiornamento?",
        "b_nuovo = b",
    ),
    "U06": Text(
        "parametro al posto del gradiente",
        "è stato usato il parametro al posto del suo gradiente",
        "Il nuovo valore è una frazione fissa di quello vecchio.",
        "Di che cosa è un multiplo il passo?",
    ),
    "U07": Text(
        "aggiornati uno dopo l'altro",
        "i livelli sono stati aggiornati uno dopo l'altro, con una nuova passata in mezzo",
        "Il valore corrisponde a un gradiente calcolato con pesi già aggiornati.",
        "Con quali parametri si calcolano tutti i gradienti di un passo?",
        "W⁽¹⁾ − η ∂L/∂W⁽¹⁾ con il nuovo W⁽²⁾",
    ),
    "U08": Text(
        "weight decay nell'aggiornamento",
        "il weight decay ha il segno sbagliato o un fattore di troppo",
        "Il nuovo valore è sbagliato di un multiplo di quello vecchio.",
        "Il weight decay rende un peso più grande o più piccolo, e di quale fattore?",
    ),
    "U09": Text(
        "stato dell'ottimizzatore",
        "la quantità accumulata dall'ottimizzatore ha un segno o un fattore sbagliato",
        "Già il primo passo è diverso, per il segno o per un fattore che contiene β.",
        "Scrivi la forma in cui il problema dà l'ottimizzatore, un fattore alla volta.",
    ),
    "U10": Text(
        "parte di un altro parametro",
        "è stato usato il gradiente, il passo o il valore di un altro parametro",
        "Sbagliato esattamente del passo di un altro parametro.",
        "Quale gradiente appartiene a questo parametro?",
    ),
    "U11": Text(
        "vecchio valore con il meno",
        "il vecchio valore ha perso il suo segno",
        "L'immagine speculare di un passo nell'altro verso.",
        "Da dove parte il passo?",
    ),
    "U12": Text(
        "diviso per il tasso di apprendimento",
        "il gradiente è stato diviso per il tasso di apprendimento",
        "Il passo è più grande del gradiente.",
        "Un tasso di apprendimento più piccolo fa un passo più piccolo?",
    ),
    "U13": Text(
        "valore e gradiente scambiati",
        "il valore e il suo gradiente si sono scambiati di posto",
        "Un numero piccolo al posto di uno vicino al vecchio valore.",
        "Che cosa si sposta, e di quanto?",
    ),
    "U14": Text(
        "momenti non corretti",
        "i momenti non sono stati corretti per la partenza da zero",
        "I primi passi sono troppo lunghi o troppo corti di un fattore noto.",
        "Per che cosa si dividono i momenti prima di usarli?",
    ),
    "U15": Text(
        "momenti corretti conservati",
        "i momenti corretti sono stati conservati e sono entrati nei successivi",
        "Il primo passo è giusto, il secondo no.",
        "Quale momento si ricorda: quello prima della correzione o quello dopo?",
    ),
    "U16": Text(
        "ε prima della correzione",
        "ε è stato sommato prima della correzione e corretto con il resto",
        "Lo mostra solo un ε grande.",
        "In quale ordine si prendono la correzione, la radice ed ε?",
    ),
    "U17": Text(
        "ε sotto la radice",
        "ε è stato sommato sotto la radice",
        "Lo mostra solo un ε grande, o un gradiente molto piccolo.",
        "Dove sta ε nella formula?",
    ),
    "U18": Text(
        "radice dimenticata",
        "non è stata presa la radice dei quadrati",
        "Il passo è troppo lungo dove i gradienti sono piccoli.",
        "Per che cosa si divide il passo: per la media dei quadrati o per la sua radice?",
    ),
    "U19": Text(
        "β al posto di 1 − β",
        "β sta dove va 1 − β, o βᵏ dove va 1 − βᵏ",
        "Sbagliato del rapporto fra β e il suo complemento.",
        "Quanto entra del nuovo, e quanto resta del vecchio?",
        "m/βᵏ al posto di m/(1 − βᵏ)",
    ),
    "U20": Text(
        "anticipo nell'altro verso",
        "l'anticipo ha il segno sbagliato",
        "Il gradiente è preso dietro il punto invece che davanti.",
        "In quale verso la velocità sposta il punto?",
        "W + β v al posto di W − β v",
    ),
    "U21": Text(
        "velocità dimenticata",
        "la velocità precedente è stata dimenticata, o è quella di un altro parametro",
        "Ogni passo è un primo passo.",
        "Che cosa ricorda la velocità?",
        "v = g al posto di v = β v + g",
    ),
}
