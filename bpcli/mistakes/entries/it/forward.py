"""Errori nella propagazione in avanti."""

from __future__ import annotations

from bpcli.mistakes.model import Text

FORWARD = {
    "F01": Text(
        "pesi trasposti",
        "la matrice dei pesi è stata usata trasposta",
        "I pesi di un'unità sono letti lungo una colonna invece che lungo una riga; solo una matrice quadrata lo "
        "permette.",
        "Quali pesi portano alla prima unità? Segui le frecce che vi entrano e confronta con la matrice.",
    ),
    "F02": Text(
        "due pesi scambiati",
        "un peso è stato preso dal posto simmetrico nella matrice",
        "Un solo elemento è sbagliato, della differenza di due pesi per un ingresso.",
        "Controlla gli indici di ogni peso: il primo è l'unità a cui arriva, il secondo quella da cui parte.",
        "aᵢ con wⱼᵢ al posto di wᵢⱼ",
    ),
    "F03": Text(
        "bias dimenticato",
        "il bias non è stato sommato",
        "Ogni elemento è sbagliato esattamente del proprio bias.",
        "Una pre-attivazione è fatta della sola somma pesata?",
    ),
    "F04": Text(
        "bias di un altro livello",
        "è stato sommato il bias di un altro livello",
        "Ogni elemento è sbagliato della differenza di due bias.",
        "A quale livello appartiene il bias che hai sommato?",
    ),
    "F05": Text(
        "bias sommato una volta per ingresso",
        "il bias è stato sommato una volta per ogni ingresso",
        "Ogni elemento contiene il proprio bias tante volte quanti sono gli ingressi.",
        "Quante volte entra il bias nella somma di un'unità?",
    ),
    "F06": Text(
        "attivazione saltata",
        "la funzione di attivazione non è stata applicata",
        "L'attivazione è uguale alla pre-attivazione.",
        "Che cosa succede alla somma pesata prima che passi al livello successivo?",
    ),
    "F07": Text(
        "attivazione d'uscita saltata",
        "la funzione di attivazione del livello di uscita non è stata applicata",
        "La predizione è uguale all'ultima pre-attivazione.",
        "Anche il livello di uscita ha una funzione di attivazione?",
    ),
    "F08": Text(
        "attivazione su un livello lineare",
        "è stata applicata una funzione di attivazione, ma il livello è lineare",
        "Il valore è stato compresso, mentre doveva passare invariato.",
        "Quale attivazione assegna il problema a questo livello?",
        "y = σ(a) invece di y = a",
    ),
    "F09": Text(
        "segno nell'esponente di σ",
        "si è perso il meno nell'esponente della sigmoide",
        "Ogni valore è 1 meno quello giusto.",
        "La sigmoide cresce o decresce al crescere del suo argomento?",
    ),
    "F10": Text(
        "parentesi in σ",
        "le parentesi della sigmoide sono finite nel posto sbagliato",
        "Un valore maggiore di uno, che una sigmoide non può avere.",
        "Fra quali due numeri sta ogni valore di una sigmoide?",
        "1/(1 + e)⁻ᵃ oppure 1/1 + e⁻ᵃ",
    ),
    "F11": Text(
        "un'altra funzione di attivazione",
        "è stata usata un'altra funzione di attivazione (tanh al posto di σ, σ o tan al posto di tanh)",
        "I valori corrispondono all'argomento giusto ma alla curva sbagliata.",
        "Qual è la funzione di attivazione di questo livello, e quale tasto hai premuto?",
        "h = tanh(a) invece di h = σ(a)",
    ),
    "F12": Text(
        "livello alimentato con l'ingresso della rete",
        "al livello è stato dato l'ingresso della rete",
        "Il livello precedente è stato saltato.",
        "Che cosa esce dal livello sottostante, e dove va?",
    ),
    "F13": Text(
        "livello alimentato con la pre-attivazione",
        "al livello è stata data la pre-attivazione del livello sottostante invece dell'attivazione",
        "Il livello sottostante ha perso la sua funzione di attivazione nella propagazione in avanti.",
        "Al livello successivo passa il valore prima o dopo la funzione di attivazione?",
    ),
    "F14": Text(
        "segno di un prodotto",
        "nella somma il segno di un prodotto è stato cambiato",
        "Un solo elemento è sbagliato, del doppio di uno dei suoi prodotti.",
        "Scrivi uno per uno i prodotti di questo elemento e guarda i loro segni.",
        "aᵢ con + wᵢⱼxⱼ al posto di − wᵢⱼxⱼ",
    ),
    "F15": Text(
        "softmax non normalizzata",
        "gli esponenziali non sono stati divisi per la loro somma",
        "Le uscite non hanno somma uno.",
        "Quanto deve fare la somma delle uscite di una softmax?",
    ),
    "F16": Text(
        "sigmoide al posto della softmax",
        "a ogni uscita è stata applicata una sigmoide per conto suo",
        "Le uscite non hanno somma uno, e ciascuna dipende da una sola pre-attivazione.",
        "Un'uscita della softmax dipende da una sola pre-attivazione o da tutte?",
    ),
    "F17": Text(
        "parte negativa della ReLU",
        "un numero negativo non è diventato 0, come vuole la ReLU",
        "Sono sbagliati solo gli elementi con pre-attivazione negativa.",
        "Qual è il maggiore fra zero e un numero negativo?",
        "h = |a|, oppure la pendenza di una leaky ReLU",
    ),
    "F18": Text(
        "virgola spostata",
        "la virgola è finita nel posto sbagliato",
        "Le cifre sono giuste, ma la virgola è spostata.",
        "Stima la grandezza del risultato prima di calcolarlo.",
        "valore · 10ᵏ",
    ),
    "F19": Text(
        "arrotondato troppo presto",
        "i risultati intermedi sono stati arrotondati prima di essere usati",
        "Il valore segue esattamente da valori precedenti arrotondati, e sono sbagliate solo le ultime cifre.",
        "Durante il calcolo tieni più cifre e arrotonda solo ciò che scrivi.",
        "f(ingressi arrotondati)",
    ),
    "F20": Text(
        "calcolatrice: il numero e, o i gradi",
        "la calcolatrice era in gradi, oppure il numero e è stato moltiplicato invece che elevato a potenza",
        "Il valore corrisponde a una formula che non sta in nessun libro.",
        "Controlla la modalità della calcolatrice e come hai scritto l'esponenziale.",
    ),
    "F21": Text(
        "un dato letto male",
        "un dato del problema è stato letto come un altro numero",
        "Il passo torna esattamente se un solo dato è un altro numero.",
        "Confronta ogni numero usato con il testo.",
        "il passo con un altro numero al posto di un dato",
    ),
    "F22": Text(
        "ingressi in un altro ordine",
        "gli ingressi di questo passo sono stati presi in un altro ordine",
        "I pesi giusti incontrano gli ingressi sbagliati.",
        "Quale peso appartiene a quale ingresso?",
    ),
    "F23": Text(
        "bias sottratto",
        "il bias è stato sottratto invece che sommato",
        "Ogni elemento è sbagliato del doppio del proprio bias.",
        "Con quale segno entra il bias?",
    ),
    "F24": Text(
        "esponente ricordato male",
        "l'esponenziale ha un altro esponente, o un'altra base",
        "Un valore del tipo giusto, da un esponente raddoppiato, dimezzato o con una base arrotondata.",
        "Scrivi l'attivazione con i suoi esponenziali e confrontala con la definizione.",
    ),
    "F25": Text(
        "due sviste insieme",
        "in questo passo si sono sommate due sviste",
        "Nessuna svista da sola spiega il numero, due comuni insieme sì.",
        "Rifai questo passo, un'operazione alla volta.",
        "due delle solite formule sbagliate, una dentro l'altra",
    ),
}
