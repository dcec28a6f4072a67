"""Errori nella loss."""

from __future__ import annotations

from bpcli.mistakes.model import Text

LOSS = {
    "L01": Text(
        "½ dimenticato",
        "è stato dimenticato l'½ davanti all'errore quadratico",
        "La loss è il doppio di quella giusta.",
        "Confronta il fattore davanti alla somma con la loss indicata dal problema.",
    ),
    "L02": Text(
        "media al posto di metà della somma",
        "è stata presa la media sulle uscite invece di metà della somma (o viceversa)",
        "La loss è sbagliata di un fattore che dipende dal numero di uscite; con due uscite non si vede nulla.",
        "Il problema chiede una somma, metà della somma o una media?",
        "L = (1/n) Σ (y − t)² invece di L = ½ Σ (y − t)²",
    ),
    "L03": Text(
        "1/(2n) al posto di ½",
        "la metà è stata divisa anche per il numero di uscite (o non è stata divisa quando si doveva)",
        "La loss è troppo piccola, di un fattore pari al numero di uscite.",
        "Il problema divide per il numero di uscite?",
        "L = (1/2n) Σ (y − t)² invece di L = ½ Σ (y − t)²",
    ),
    "L04": Text(
        "1/m del batch perso",
        "le loss del batch sono state sommate mentre se ne chiede la media (o viceversa)",
        "La funzione costo è sbagliata di un fattore pari al numero di istanze.",
        "La funzione costo del batch è una somma o una media?",
        "J = Σ L invece di J = (1/m) Σ L",
    ),
    "L05": Text(
        "quadrato dimenticato",
        "gli errori non sono stati elevati al quadrato",
        "Errori di segno opposto si annullano fra loro.",
        "Un errore quadratico può essere negativo?",
    ),
    "L06": Text(
        "radice o valore assoluto",
        "è stata presa una radice quadrata, o il valore assoluto, al posto dei quadrati",
        "La loss è la lunghezza del vettore degli errori, o la somma dei loro valori assoluti.",
        "La loss del problema contiene una radice?",
        "L = √(Σ (y − t)²) oppure Σ |y − t|",
    ),
    "L07": Text(
        "una sola uscita",
        "è stato contato l'errore di una sola uscita",
        "La loss è quella di una rete con una sola uscita.",
        "Quante uscite ha la rete, e quanti termini ha la tua somma?",
    ),
    "L08": Text(
        "quadrato della somma",
        "gli errori sono stati sommati prima di essere elevati al quadrato",
        "Errori di segno opposto si annullano prima di essere elevati al quadrato.",
        "Che cosa viene prima, il quadrato o la somma?",
    ),
    "L09": Text(
        "logaritmo in un'altra base",
        "il logaritmo è stato preso in un'altra base",
        "La loss è sbagliata di una costante che è un logaritmo della base.",
        "Quale tasto dà il logaritmo usato dal problema?",
        "L = −Σ t log₂ y oppure −Σ t log₁₀ y",
    ),
    "L10": Text(
        "meno dell'entropia incrociata perso",
        "si è perso il meno davanti alla somma",
        "Una loss negativa.",
        "Il logaritmo di una probabilità è positivo o negativo, e che segno deve avere una loss?",
    ),
    "L11": Text(
        "segno del secondo termine",
        "il secondo termine dell'entropia incrociata binaria ha il segno sbagliato",
        "Le istanze con target zero vengono sottratte dalla loss.",
        "Il meno vale per il primo logaritmo o per tutta la parentesi?",
    ),
    "L12": Text(
        "termine in 1 − t perso o aggiunto",
        "il termine con 1 − t è stato tralasciato (o aggiunto a un'entropia incrociata che non lo ha)",
        "I target zero non contribuiscono, o contribuiscono dove non dovrebbero.",
        "Che cosa aggiungono a questa loss le istanze con target zero?",
        "−Σ t ln y invece di −Σ [t ln y + (1 − t) ln(1 − y)]",
    ),
    "L13": Text(
        "predizione e target scambiati",
        "predizione e target si sono scambiati di posto nel logaritmo",
        "Il logaritmo di un target: infinito appena un target è zero.",
        "Di quale dei due si prende il logaritmo?",
    ),
    "L14": Text(
        "regolarizzazione sbagliata",
        "il termine di regolarizzazione è stato tralasciato, ha perso il suo fattore o comprende anche i bias",
        "La funzione costo è sbagliata di un multiplo dei pesi al quadrato.",
        "Che cosa aggiunge il problema alla loss, con quale fattore e su quali parametri?",
        "J = L, J = L + Ω, oppure Ω con i bias",
    ),
    "L15": Text(
        "termini incrociati",
        "ogni target è stato moltiplicato per ogni logaritmo, e il prodotto esterno è stato sommato",
        "Molto più grande della somma di un termine per uscita.",
        "Quale target appartiene a quale predizione?",
    ),
    "L16": Text(
        "loss non riunite",
        "queste sono le loss delle istanze, non la loro media o somma",
        "Una lista dove si chiede un numero.",
        "Che cosa si fa alla fine con le loss delle istanze?",
        "una lista L₁, L₂, … al posto del numero J",
    ),
    "L17": Text(
        "differenza di quadrati",
        "sono stati sottratti i quadrati invece di elevare al quadrato la differenza",
        "Può essere negativa, e una loss di quadrati non lo è mai.",
        "Che cosa si eleva al quadrato, e che cosa si sottrae?",
    ),
}
