"""Le frasi di una diagnosi e le parole del catalogo."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "formula": "hai scritto {given}; {formula} dà {value}: {cause}",
        "plain": "hai scritto {given}, e questo errore dà {value}: {cause}",
        "earlier": "hai scritto {given}; con {formula} per {quantity} si ottiene {value}: {cause}",
        "earlier.plain": "hai scritto {given}; con un errore in {quantity} si ottiene {value}: {cause}",
        "misread": "hai scritto {given_numbers}: torna se {quantity} è {number}, ma il dato è {given}",
        "unwritten": "hai scritto {given_numbers}, che è giusto per {quantity} = {number}",
        "multiple": "hai scritto {given_numbers}, cioè {factor} volte il valore giusto",
        "two": "hai scritto {given_numbers}: {first}, e {second}",
        "shaped": "questi sono i numeri di {formula}: {cause}",
        "shaped.plain": "{cause}",
        "some": "{where}: {sentence}",
        "true": "{sentence} (calcolato a partire dai valori precedenti corretti)",
        "factor": "{sentence}, e in più è moltiplicato per {factor}",
        "convention": "{sentence}; con un'altra convenzione sarebbe giusto",
        "entry": "elemento {place}",
        "entries": "elementi {place}",
        "among": "{count} elementi",
    }
)

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "F": "Propagazione in avanti",
        "L": "Loss",
        "D": "All'uscita",
        "G": "Gradienti rispetto a pesi e bias",
        "B": "Indietro attraverso un livello",
        "U": "Aggiornamento",
        "S": "Grafi di operazioni scalari",
        "T": "Nel tempo",
        "C": "Convoluzione e pooling",
        "A": "Attenzione",
        "N": "Normalizzazione",
        "R": "Scorciatoie",
        "P": "Dropout",
        "X": "I numeri, qualunque sia la formula",
    }
)

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "list.title": "{count} errori",
        "list.found": "{count} errori con “{sought}”",
        "list.how": "bpcli mistakes ID ne mostra uno con un esempio svolto.",
        "id": "id",
        "mistake": "errore",
        "formula": "formula sbagliata",
        "convention": "o una convenzione",
        "wrong": "Formula sbagliata:",
        "what": "Che cosa è successo:",
        "looks": "Come si riconosce:",
        "hint": "Un suggerimento per lo studente:",
        "note.convention": ("Spesso non è un errore ma un'altra convenzione: controlla che cosa dichiara il problema."),
        "example": "Esempio",
        "example.where": "Da: {title}",
        "right": "Giusto:",
        "mistaken": "Con l'errore:",
        "sources": "Visto in:",
        "sources.none": "l'esperienza di chi corregge.",
    }
)
