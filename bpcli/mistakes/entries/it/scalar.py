"""Errori nei grafi di operazioni scalari."""

from __future__ import annotations

from bpcli.mistakes.model import Text

__all__ = ["SCALAR"]

SCALAR = {
    "S01": Text(
        "un cammino dimenticato a una biforcazione",
        "il valore è usato più di una volta, e uno dei suoi cammini è stato dimenticato",
        "La differenza è esattamente ciò che torna lungo l'altro cammino.",
        "Conta i punti in cui questo valore è usato: da ciascuno torna qualcosa.",
        "∂L/∂u = uno solo dei suoi termini",
    ),
    "S02": Text(
        "cammino contato due volte",
        "un cammino è stato contato più di una volta",
        "Il valore è troppo grande di uno dei suoi termini, o raddoppia a ogni biforcazione.",
        "Tutti gli usi del valore sono completi prima che tu scenda oltre?",
        "∂L/∂u = termine + 2·termine",
    ),
    "S03": Text(
        "cammini moltiplicati",
        "i cammini sono stati moltiplicati fra loro invece che sommati",
        "Il valore è il prodotto di ciò che torna lungo i cammini.",
        "Lungo un cammino si moltiplica; che cosa si fa con più cammini?",
        "∂L/∂u = termine · termine",
    ),
    "S04": Text(
        "derivata del prodotto",
        "la derivata del prodotto è un'altra: è l'altro fattore",
        "La derivata locale è il fattore stesso, o uno, o la somma dei fattori.",
        "Se il primo fattore cresce di poco, di quanto cresce il prodotto?",
        "∂(ab)/∂a = a, 1, oppure a + b",
    ),
    "S05": Text(
        "x·x contato una volta",
        "i due fattori sono lo stesso valore, che è stato contato una volta sola",
        "Il valore è la metà di quello giusto.",
        "Quante volte compare il valore nel prodotto?",
    ),
    "S06": Text(
        "derivata della potenza",
        "la potenza è stata derivata in modo sbagliato",
        "L'esponente non è stato portato davanti, o non è stato diminuito.",
        "Porta davanti l'esponente e diminuiscilo di uno: che cosa resta?",
        "∂x²/∂x = x, 2, oppure 2x²",
    ),
    "S07": Text(
        "meno dell'opposto",
        "si è perso il meno dell'opposto",
        "Il segno è invertito.",
        "Se il valore cresce, il suo opposto cresce o cala?",
    ),
    "S08": Text(
        "meno della differenza",
        "il secondo numero di una differenza conta con il meno",
        "Il segno è invertito.",
        "Se cresce ciò che si sottrae, la differenza cresce o cala?",
    ),
    "S09": Text(
        "meno della regola del quoziente",
        "si è perso il meno della regola del quoziente",
        "Il segno è invertito.",
        "Se cresce il denominatore, il quoziente cresce o cala?",
    ),
    "S10": Text(
        "derivata rispetto al denominatore",
        "la derivata rispetto al denominatore ha perso il quadrato o il numeratore",
        "Il denominatore non è al quadrato, o manca il numeratore.",
        "Scrivi il quoziente come prodotto con una potenza e derivalo.",
        "∂(a/b)/∂b = −a/b, 1/b², oppure −1/b²",
    ),
    "S11": Text(
        "derivata rispetto al numeratore",
        "la derivata rispetto al numeratore è uno fratto il denominatore",
        "Si è moltiplicato per il denominatore, o si è passato il valore così com'è.",
        "Se il numeratore cresce di uno, di quanto cresce il quoziente?",
        "∂(a/b)/∂a = b, oppure 1",
    ),
    "S12": Text(
        "derivata di exp",
        "l'esponenziale è la derivata di sé stessa; è stata trattata come una potenza",
        "L'argomento compare come fattore.",
        "Quale funzione è la derivata di sé stessa?",
        "∂eˣ/∂x = x·eˣ⁻¹, oppure x",
    ),
    "S13": Text(
        "derivata del logaritmo",
        "la derivata del logaritmo è uno fratto il suo argomento",
        "Compare ancora il logaritmo, o l'argomento sta al numeratore.",
        "Quanto velocemente cresce un logaritmo dove il suo argomento è grande?",
        "∂ln x/∂x = 1/ln x, ln x/x, oppure x",
    ),
    "S14": Text(
        "base del logaritmo",
        "si è dimenticato il fattore dovuto alla base del logaritmo",
        "Il valore è sbagliato di un fattore pari al logaritmo naturale della base.",
        "Scrivi prima il logaritmo come quoziente di logaritmi naturali.",
    ),
    "S15": Text(
        "derivata locale calcolata nell'uscita",
        "la derivata locale è stata calcolata nell'uscita del nodo invece che nel suo ingresso",
        "La funzione è stata applicata una volta di troppo.",
        "In quale valore si calcola la derivata del nodo?",
        "f′(f(x)) al posto di f′(x)",
    ),
    "S16": Text(
        "gradiente a valle dimenticato",
        "questa è la sola derivata locale: non si è moltiplicato per il gradiente che arriva dal nodo successivo",
        "Il valore non dipende da nulla di ciò che viene dopo.",
        "Che cosa manda indietro il nodo successivo, e che cosa ne fai?",
    ),
    "S17": Text(
        "derivata locale dimenticata",
        "ciò che arriva dal nodo successivo è stato passato senza la derivata locale",
        "Il valore è uguale al gradiente del nodo successivo.",
        "Che cosa fa questo nodo a una piccola variazione nella propagazione in avanti?",
    ),
    "S18": Text(
        "partenza diversa da uno",
        "la propagazione all'indietro non è partita da uno",
        "Tutto è zero, o ha l'uscita come fattore.",
        "Di quanto varia l'uscita quando l'uscita varia di uno?",
        "∂L/∂L = 0, oppure L",
    ),
    "S19": Text(
        "la somma divide il gradiente",
        "il gradiente è stato diviso fra gli addendi; ciascuno lo riceve per intero",
        "Ogni addendo ha la metà di ciò che dovrebbe avere.",
        "Se un addendo cresce di uno, di quanto cresce la somma?",
    ),
    "S20": Text(
        "prodotto trattato come un massimo",
        "tutto il gradiente è andato al fattore maggiore, come in un massimo",
        "Uno dei fattori ha gradiente zero.",
        "Un prodotto cambia quando cambia il suo fattore minore?",
        "∂(ab)/∂a = 1 se a è il maggiore, altrimenti 0",
    ),
    "S21": Text(
        "nodi nell'ordine sbagliato",
        "il nodo è stato visitato prima che vi fosse tornato qualcosa",
        "Zeri dappertutto, tranne che accanto all'uscita.",
        "In quale ordine si visitano i nodi perché tutto sia già arrivato?",
    ),
    "S22": Text(
        "moltiplicato per il valore",
        "il gradiente è stato moltiplicato per il valore stesso del nodo",
        "Il valore del nodo è un fattore del suo gradiente.",
        "Qui il gradiente di un valore contiene il valore stesso?",
    ),
    "S23": Text(
        "gradiente di un'altra quantità",
        "questo è il gradiente rispetto a un'altra quantità",
        "Il numero giusto, nella riga sbagliata.",
        "Rispetto a quale quantità si chiede il gradiente?",
        "∂L/∂x dove si chiede ∂L/∂w",
    ),
    "S24": Text(
        "riportato arco per arco",
        "questo è ciò che torna lungo un solo arco; gli archi di un ingresso si sommano",
        "C'è un numero per ogni uso invece della loro somma.",
        "Un ingresso usato più volte ha un solo gradiente: quale?",
        "∂L/∂x = uno solo dei suoi termini",
    ),
}
