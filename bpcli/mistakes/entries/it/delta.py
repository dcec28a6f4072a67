"""Errori all'uscita: il gradiente della loss e la derivata dell'attivazione."""

from __future__ import annotations

from bpcli.mistakes.model import Text

DELTA = {
    "D01": Text(
        "target meno predizione",
        "il segno è invertito: target meno predizione",
        "Tutto ciò che viene dopo ha il segno opposto.",
        "Se la predizione è troppo grande, la loss cresce o cala insieme a lei?",
    ),
    "D02": Text(
        "due segni meno",
        "un meno è entrato nel gradiente e un altro nell'aggiornamento, così i due si annullano",
        "Il passo va in salita anche se la formula ha il suo meno.",
        "Conta i segni meno fra l'errore e il nuovo peso.",
    ),
    "D03": Text(
        "derivata dell'attivazione dimenticata",
        "la derivata dell'attivazione è stata dimenticata",
        "Il gradiente rispetto alla pre-attivazione è uguale a quello rispetto all'uscita.",
        "Quanto varia l'uscita se la sua pre-attivazione varia di poco?",
    ),
    "D04": Text(
        "derivata di troppo",
        "con questa loss la derivata dell'attivazione si semplifica, e invece è stata moltiplicata di nuovo",
        "Il valore è quello giusto moltiplicato per la derivata dell'attivazione.",
        "Deriva prima la loss rispetto all'uscita, poi moltiplica per la derivata dell'attivazione: che cosa si "
        "semplifica?",
        "∂L/∂a = (y − t) ⊙ σ′(a) con l'entropia incrociata",
    ),
    "D05": Text(
        "semplificata dove non si può",
        "y − t è la regola dell'entropia incrociata; con questa loss la derivata dell'attivazione non si semplifica",
        "Il valore è l'errore così com'è, senza la derivata dell'attivazione.",
        "Con quali loss si semplifica la derivata dell'attivazione?",
        "∂L/∂a = y − t con l'errore quadratico",
    ),
    "D06": Text(
        "derivata calcolata nell'attivazione",
        "la derivata è stata calcolata nell'attivazione invece che nella pre-attivazione",
        "Le derivate della sigmoide stanno tutte fra 0,19 e 0,25.",
        "In quale numero si calcola la derivata, quello prima o quello dopo la funzione di attivazione?",
    ),
    "D07": Text(
        "a(1 − a) come derivata",
        "in σ(1 − σ) è stata messa la pre-attivazione al posto dell'attivazione",
        "Una derivata negativa o maggiore di un quarto.",
        "Nella formula della derivata si moltiplica il valore prima o dopo la sigmoide?",
    ),
    "D08": Text(
        "errore messo nella derivata",
        "nella formula della derivata è stato messo il gradiente stesso",
        "Non vi compaiono né la pre-attivazione né l'attivazione.",
        "Di quale quantità è funzione la derivata dell'attivazione?",
    ),
    "D09": Text(
        "metà della derivata",
        "manca uno dei due fattori della derivata",
        "La derivata è uno solo dei due fattori.",
        "Quanti fattori ha la derivata di una sigmoide?",
        "σ′ = y, oppure σ′ = 1 − y",
    ),
    "D10": Text(
        "segno dentro la derivata",
        "i due fattori della derivata sono stati combinati con un segno sbagliato",
        "La derivata cresce dove dovrebbe calare.",
        "In quale punto della curva una sigmoide è più ripida, e la tua formula lo dice?",
        "y − (1 − y), oppure y(1 + y)",
    ),
    "D11": Text(
        "derivata di un'altra funzione",
        "la derivata è quella di un'altra funzione di attivazione (tanh al posto di σ, o σ al posto di tanh)",
        "Il valore corrisponde alla derivata dell'altra funzione sigmoidale.",
        "Qual è la funzione di attivazione di questo livello, e qual è la sua derivata?",
    ),
    "D12": Text(
        "derivata di tanh",
        "la derivata di tanh è stata ricordata male",
        "Una derivata negativa, o fatta con la pre-attivazione.",
        "Quanto vale la derivata di tanh in zero?",
        "−tanh², oppure 1 − a²",
    ),
    "D13": Text(
        "fattore 2 del quadrato",
        "il fattore due del quadrato non va d'accordo con il fattore davanti alla loss",
        "Il gradiente è il doppio o la metà di quello giusto.",
        "Deriva la loss con il fattore che le dà il problema.",
        "2(y − t) dove la loss ha ½, oppure y − t dove non lo ha",
    ),
    "D14": Text(
        "diviso per n o per m",
        "si è diviso per un numero di termini una volta di troppo, o non si è diviso",
        "Il gradiente è sbagliato di un fattore pari al numero di uscite o di istanze.",
        "Per quali numeri divide la loss del problema, e ciascuno compare una sola volta nel gradiente?",
    ),
    "D15": Text(
        "derivata interna y",
        "l'interno del quadrato è stato derivato come se la sua derivata fosse l'uscita stessa",
        "Il gradiente ha l'uscita come fattore in più.",
        "Qual è la derivata della differenza rispetto all'uscita?",
    ),
    "D16": Text(
        "loss al posto del gradiente",
        "è stato usato il valore della loss dove serve la sua derivata",
        "Il valore non è mai negativo e cala con il quadrato dell'errore.",
        "La backpropagation parte da una derivata: di che cosa, e rispetto a che cosa?",
    ),
    "D17": Text(
        "softmax con la sola diagonale",
        "è stata usata solo la diagonale della jacobiana della softmax",
        "Le classi diverse dal target hanno gradiente zero.",
        "Se cresce una pre-attivazione, che cosa succede alle altre uscite di una softmax?",
    ),
    "D18": Text(
        "softmax derivata come una sigmoide",
        "la softmax è stata derivata elemento per elemento, senza la parte fuori dalla diagonale",
        "Ogni elemento usa solo la propria uscita.",
        "Se cresce una pre-attivazione, che cosa succede alle altre uscite di una softmax?",
    ),
    "D19": Text(
        "uno sottratto da ogni classe",
        "è stato sottratto uno da ogni classe, come se ciascuna fosse il target",
        "I gradienti di tutte le classi sono negativi.",
        "Quanto vale il target delle classi che non sono quella giusta?",
    ),
    "D20": Text(
        "y(1 − y) come derivata della loss",
        "la derivata dell'attivazione è stata presa per la derivata della loss",
        "Il target non vi compare.",
        "Dove compare il target in questo gradiente?",
    ),
    "D21": Text(
        "derivata costante ¼",
        "è stata usata dappertutto la derivata della sigmoide in zero",
        "Ogni derivata vale un quarto.",
        "La derivata cambia lungo la curva: in quale punto serve qui?",
    ),
    "D22": Text(
        "meno della regola del quoziente",
        "derivando la sigmoide si è perso un meno",
        "Una derivata negativa per una funzione che cresce.",
        "La sigmoide cresce o decresce, e quindi che segno ha la sua derivata?",
    ),
    "D23": Text(
        "sech al posto del suo quadrato",
        "la pendenza di tanh è stata presa come 1/cosh, senza il quadrato o in un altro punto",
        "Troppo grande, di un fattore pari a 1/cosh.",
        "Come si scrive la pendenza di tanh con cosh?",
    ),
    "D24": Text(
        "logit al posto delle probabilità",
        "nella jacobiana della softmax ci sono i logit dove vanno le probabilità",
        "Le colonne della jacobiana non hanno somma zero.",
        "Di che cosa è fatta la pendenza della softmax: di ciò che entra o di ciò che esce?",
    ),
    "D25": Text(
        "attivazione d'uscita saltata",
        "l'attivazione d'uscita è stata saltata prima di sottrarre il target",
        "È grande quanto la pre-attivazione.",
        "Che cosa si confronta con il target: la predizione o ciò da cui è calcolata?",
    ),
    "D26": Text(
        "prodotto di altro tipo",
        "è stato preso un prodotto di matrici dove si moltiplica elemento per elemento, o viceversa",
        "Gli stessi numeri si combinano in un altro modo.",
        "Qui ogni elemento incontra il proprio compagno, o un'intera riga e una colonna?",
        "A B al posto di A ⊙ B",
    ),
    "D27": Text(
        "meno di −t/y perso",
        "il meno davanti a t/y è andato perso",
        "Il numero giusto con il segno opposto.",
        "Qual è la derivata di −ln y?",
        "t/y al posto di −t/y",
    ),
}
