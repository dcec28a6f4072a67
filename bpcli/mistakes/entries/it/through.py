"""Errori nel tornare indietro attraverso un livello."""

from __future__ import annotations

from bpcli.mistakes.model import Text

THROUGH = {
    "B01": Text(
        "pesi non trasposti",
        "i pesi sono stati usati senza trasporli",
        "Solo una matrice quadrata lo permette.",
        "Quali pesi escono dalla prima unità? Segui le frecce all'indietro.",
    ),
    "B02": Text(
        "pesi già aggiornati",
        "i pesi sono stati aggiornati prima di propagare indietro l'errore attraverso di essi",
        "Il valore è sbagliato di poco, circa quanto il tasso di apprendimento per il gradiente.",
        "Con quali pesi è stata fatta la propagazione in avanti?",
    ),
    "B03": Text(
        "un solo cammino",
        "è stato seguito uno solo dei cammini verso le unità del livello successivo",
        "Ogni elemento è uno degli addendi di quello giusto.",
        "A quante unità soprastanti manda il suo valore questa unità?",
    ),
    "B04": Text(
        "solo la prima unità soprastante",
        "è stato seguito solo il cammino verso la prima unità soprastante",
        "Compare solo la prima riga dei pesi.",
        "A quante unità soprastanti manda il suo valore questa unità?",
    ),
    "B05": Text(
        "media dei cammini",
        "dei cammini è stata fatta la media invece della somma",
        "Il valore è troppo piccolo, di un fattore pari al numero di unità soprastanti.",
        "Che cosa fa la regola della catena quando i cammini sono più di uno?",
    ),
    "B06": Text(
        "cammini moltiplicati",
        "i cammini sono stati moltiplicati fra loro invece che sommati",
        "Il valore è il prodotto degli addendi.",
        "Che cosa fa la regola della catena quando i cammini sono più di uno?",
    ),
    "B07": Text(
        "pesi dimenticati",
        "tornando indietro non si è moltiplicato per i pesi",
        "Tutte le unità sottostanti ricevono lo stesso gradiente.",
        "Quanto varia l'unità soprastante quando varia questa?",
    ),
    "B08": Text(
        "errore grezzo al posto di delta",
        "si è propagato indietro il gradiente di prima della moltiplicazione per la derivata dell'attivazione",
        "Non vi compare la derivata del livello soprastante.",
        "Attraverso che cosa passa il gradiente prima di arrivare ai pesi?",
    ),
    "B09": Text(
        "pesi di un altro livello",
        "sono stati usati i pesi di un altro livello",
        "I pesi usati non portano da questo livello a quello soprastante.",
        "Per quali pesi è passato questo valore nella propagazione in avanti?",
    ),
    "B10": Text(
        "colonna dei bias inclusa",
        "nella matrice è rimasta la colonna dei bias, e ogni elemento è slittato di un posto",
        "Il primo elemento appartiene al bias, e ciascuno degli altri al suo vicino.",
        "Un bias ha degli ingressi a cui il gradiente debba tornare?",
    ),
    "B11": Text(
        "ripartito in proporzione ai pesi",
        "l'errore è stato ripartito in proporzione ai pesi",
        "La somma degli elementi è la somma di ciò che arriva dall'alto.",
        "La regola della catena divide per la somma dei pesi?",
    ),
    "B12": Text(
        "derivata nascosta dimenticata",
        "la derivata dell'attivazione del livello nascosto è stata dimenticata",
        "Il gradiente rispetto alla pre-attivazione è uguale a quello rispetto all'attivazione.",
        "Anche le unità nascoste hanno una funzione di attivazione: dov'è la sua derivata?",
    ),
    "B13": Text(
        "derivata nascosta nel punto sbagliato",
        "la derivata dell'attivazione del livello nascosto è stata calcolata nel valore sbagliato",
        "La derivata è fatta con la pre-attivazione, o la funzione di attivazione è stata applicata due volte.",
        "In quale numero si calcola la derivata, quello prima o quello dopo la funzione di attivazione?",
        "a(1 − a), oppure σ′(h)",
    ),
    "B14": Text(
        "derivata di un altro livello",
        "è stata usata la derivata dell'attivazione di un altro livello",
        "Le derivate sono quelle del livello soprastante.",
        "In quale pre-attivazione si calcola la derivata?",
    ),
    "B15": Text(
        "maschera della ReLU dal gradiente",
        "è stato il segno del gradiente a decidere quali unità lo lasciano passare",
        "I gradienti negativi sono diventati zero.",
        "Il segno di quale quantità decide se una ReLU è attiva?",
    ),
    "B16": Text(
        "derivata della ReLU in zero",
        "la derivata della ReLU in zero è stata presa secondo un'altra convenzione",
        "Differiscono solo le unità con pre-attivazione esattamente zero.",
        "Quale derivata in zero dichiara il problema?",
        "ReLU′(0) = 1 dove è dichiarato 0",
    ),
    "B17": Text(
        "valore della ReLU al posto della derivata",
        "è stato usato il valore della ReLU al posto della sua derivata",
        "Il gradiente ha l'attivazione come fattore in più.",
        "Quanto vale la derivata di una ReLU dove è attiva?",
        "ReLU′(a) = a se a > 0",
    ),
    "B18": Text(
        "delta già usato",
        "è stato riusato un valore precedente: la derivata due volte, o il delta di un'altra istanza",
        "Il valore contiene due volte la derivata, o appartiene a un'altra istanza.",
        "Il numero da cui sei partito è di questo passo o di quello precedente?",
        "δ ⊙ σ′(a) con σ′ già in δ",
    ),
    "B19": Text(
        "gradiente al posto dei pesi",
        "è stato usato il gradiente dei pesi al posto dei pesi",
        "Troppo piccolo di molto, come lo sono i gradienti.",
        "Attraverso che cosa torna indietro un gradiente: i pesi o il loro gradiente?",
        "(∂L/∂W)ᵀ δ al posto di Wᵀ δ",
    ),
    "B20": Text(
        "uscita al posto di δ",
        "è tornata indietro l'uscita al posto del gradiente",
        "Segno e grandezza sono quelli di un'attivazione.",
        "Che cosa torna indietro attraverso i pesi?",
        "Wᵀ y al posto di Wᵀ δ",
    ),
    "B21": Text(
        "bias nel ritorno",
        "nel ritorno è stato sommato il bias, o i pesi hanno perso il segno",
        "Sbagliato di un bias, o giusto dove i pesi sono positivi.",
        "Il bias partecipa al ritorno?",
    ),
}
