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
        "il tasso di apprendimento è stato dimenticato, o moltiplicato due volte",
        "Il passo è sbagliato di un fattore pari al tasso di apprendimento.",
        "Quante volte entra il tasso di apprendimento nel passo?",
        "W − ∂L/∂W, oppure W − η² ∂L/∂W",
    ),
    "U03": Text(
        "riportata la variazione",
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
}
