"""Errori di ciò che i livelli densi non hanno: tempo, finestre, attenzione, statistiche, scorciatoie, maschere."""

from __future__ import annotations

from bpcli.mistakes.model import Text

STRUCTURE = {
    "T01": Text(
        "catena tagliata",
        "dall'istante successivo non è tornato indietro nulla",
        "Giusto solo all'ultimo istante.",
        "Chi usa lo stato di questo istante?",
        "δ_t senza ciò che viene da t + 1",
    ),
    "T02": Text(
        "un solo istante",
        "il gradiente dei pesi condivisi è quello di un solo istante",
        "Un solo termine della somma nel tempo.",
        "Quante volte si usano questi pesi?",
        "∂L/∂W dell'istante T al posto della somma",
    ),
    "T03": Text(
        "stato dopo al posto di quello prima",
        "c'è lo stato dello stesso istante dove va quello dell'istante prima",
        "Sbagliato di un istante.",
        "Per quale stato si moltiplicano i pesi ricorrenti?",
        "δ_t h_tᵀ al posto di δ_t h_(t−1)ᵀ",
    ),
    "T04": Text(
        "loss propria dimenticata",
        "è stato dimenticato ciò che viene dalla loss dello stesso istante",
        "Giusto dove un istante non ha una loss propria.",
        "Per quali due vie lo stato agisce sulla loss?",
        "solo ciò che torna da t + 1",
    ),
    "C01": Text(
        "kernel ribaltato",
        "il kernel è stato ribaltato dove non lo è, o non ribaltato nel ritorno",
        "Giusto per un kernel uguale nei due versi.",
        "Quale elemento del kernel incontra il primo elemento della finestra?",
        "x ∗ K ribaltato",
    ),
    "C02": Text(
        "padding o stride ignorati",
        "non si è tenuto conto del padding o dello stride",
        "Una mappa di un'altra grandezza.",
        "Quanto è grande la mappa, e dove comincia ogni finestra?",
        "finestre senza zeri intorno, o di un posto alla volta",
    ),
    "C03": Text(
        "gradiente alle celle sbagliate",
        "il gradiente di una cella di pooling è andato a tutte le celle, o la sua parte è stata dimenticata",
        "Numeri dove vanno zeri, o troppo grandi quanto la finestra.",
        "Da quale cella della finestra viene il numero?",
        "∂L/∂h copiato in tutta la finestra",
    ),
    "C04": Text(
        "non sommato sulla mappa",
        "il gradiente di un bias non è stato sommato sulla mappa",
        "Una mappa dove si chiede un numero.",
        "Quante celle della mappa muove un bias?",
        "δ al posto di Σ δ",
    ),
    "A01": Text(
        "lungo le colonne",
        "la softmax è stata presa lungo le colonne invece che lungo le righe",
        "Le colonne hanno somma uno, e le righe no.",
        "Per quale token i pesi hanno somma uno?",
        "softmax di ogni colonna",
    ),
    "A02": Text(
        "fattore di scala dimenticato",
        "il fattore 1/√d è stato dimenticato, o ha un'altra grandezza",
        "Punteggi troppo grandi di una radice.",
        "Per che cosa si dividono i punteggi?",
    ),
    "A03": Text(
        "query, chiavi e valori",
        "le chiavi non sono state trasposte, o query, chiavi e valori si sono scambiati",
        "I numeri giusti, nelle righe e colonne degli altri.",
        "Quale token chiede, e quale risponde?",
        "K Qᵀ, Q K, Q Vᵀ al posto di Q Kᵀ",
    ),
    "A04": Text(
        "diagonale della softmax",
        "della jacobiana di ogni riga è stata usata solo la diagonale",
        "I gradienti di una riga non hanno somma zero.",
        "Un punteggio cambia anche gli altri pesi della sua riga?",
    ),
    "N01": Text(
        "un'altra deviazione",
        "la varianza è stata divisa per n − 1, o non è sotto la radice, o ε ne sta fuori",
        "Tutti i numeri normalizzati sono sbagliati dello stesso fattore.",
        "Per che cosa si divide la distanza dalla media?",
    ),
    "N02": Text(
        "guadagno dimenticato",
        "il guadagno γ è stato dimenticato",
        "Giusto dove il guadagno è uno.",
        "Che cosa accade ai numeri normalizzati prima di proseguire?",
        "n al posto di γ ⊙ n",
    ),
    "R01": Text(
        "scorciatoia",
        "la scorciatoia del blocco residuale è stata dimenticata, o contata due volte",
        "Sbagliato esattamente del gradiente che entra.",
        "Per quali due vie x raggiunge la somma?",
        "il gradiente dei livelli senza quello di x",
    ),
    "P01": Text(
        "maschera dimenticata",
        "la maschera, o il fattore 1/keep, è stata dimenticata",
        "Numeri dove vanno zeri, o tutti sbagliati di keep.",
        "Quali unità partecipano, e per che cosa sono moltiplicate?",
        "h al posto di h ⊙ maschera/keep",
    ),
}
