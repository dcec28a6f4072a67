"""Errori nei gradienti rispetto a pesi e bias."""

from __future__ import annotations

from bpcli.mistakes.model import Text

WEIGHTS = {
    "G01": Text(
        "prodotto esterno trasposto",
        "il prodotto esterno è trasposto",
        "I numeri giusti, specchiati rispetto alla diagonale.",
        "Quale elemento appartiene al peso che va dalla seconda unità sottostante alla prima di questo livello?",
    ),
    "G02": Text(
        "elemento per elemento invece del prodotto esterno",
        "delta e attivazione sono stati moltiplicati elemento per elemento dove serve il prodotto esterno",
        "I numeri diversi sono tanti quante le unità, non quanti i pesi.",
        "Ogni peso ha un proprio gradiente: quanti prodotti servono?",
    ),
    "G03": Text(
        "attivazione di questo livello",
        "è stata usata l'attivazione di questo stesso livello invece di quella del livello sottostante",
        "Le righe sono multipli dell'uscita del livello.",
        "Per che cosa è stato moltiplicato il peso nella propagazione in avanti?",
    ),
    "G04": Text(
        "pre-attivazione sottostante",
        "è stata usata la pre-attivazione del livello sottostante invece dell'attivazione",
        "Le righe sono multipli dei valori prima della funzione di attivazione.",
        "Nella propagazione in avanti il peso ha moltiplicato il valore prima o dopo la funzione di attivazione?",
    ),
    "G05": Text(
        "valori di un altro livello",
        "sono stati usati i valori di un altro livello (l'ingresso della rete, o un livello più in alto)",
        "Le righe sono multipli di valori che questo livello non riceve mai.",
        "Quali valori sono entrati in questo livello nella propagazione in avanti?",
    ),
    "G06": Text(
        "moltiplicato per il peso",
        "il gradiente è stato moltiplicato per il peso",
        "Ogni elemento ha il proprio peso come fattore in più.",
        "Deriva w·h rispetto a w: rimane w?",
    ),
    "G07": Text(
        "attivazione dimenticata",
        "non si è moltiplicato per l'attivazione del livello sottostante",
        "In ogni riga c'è sempre lo stesso numero.",
        "Due pesi della stessa unità vengono da unità diverse: perché i loro gradienti dovrebbero essere uguali?",
    ),
    "G08": Text(
        "gradiente del bias nullo",
        "il gradiente rispetto al bias è stato preso uguale a zero",
        "Zeri, come se la loss non dipendesse dal bias.",
        "Che cosa succede alla pre-attivazione quando il bias varia di poco?",
    ),
    "G09": Text(
        "gradiente del bias per un valore",
        "il gradiente rispetto al bias è stato moltiplicato per un'attivazione o per il bias",
        "Il bias è trattato come un peso.",
        "Che cosa moltiplica il bias nella propagazione in avanti?",
        "∂L/∂b = δ ⊙ h, oppure δ ⊙ b",
    ),
    "G10": Text(
        "bias di un livello sommati",
        "i gradienti delle unità sono stati sommati anche se ogni unità ha il proprio bias (o non sono stati sommati "
        "per un bias condiviso)",
        "Tutti i bias hanno lo stesso gradiente, o un bias condiviso ha quello di una sola unità.",
        "A quante unità serve qui uno stesso bias?",
    ),
    "G11": Text(
        "gradiente del bias mediato di nuovo",
        "il gradiente rispetto al bias è stato mediato sulle istanze dove va sommato",
        "Il gradiente rispetto al bias è troppo piccolo, di un fattore pari al numero di istanze.",
        "La media sulle istanze è già stata fatta?",
    ),
    "G12": Text(
        "somma al posto della media sul batch",
        "i gradienti delle istanze sono stati sommati mentre se ne chiede la media (o viceversa)",
        "Il gradiente è sbagliato di un fattore pari al numero di istanze.",
        "La funzione costo del batch è una somma o una media?",
        "∂L/∂W = Σᵢ δᵢ hᵢᵀ senza 1/m",
    ),
    "G13": Text(
        "diviso due volte per m",
        "si è diviso due volte per il numero di istanze",
        "Il gradiente è troppo piccolo, di un fattore pari al numero di istanze.",
        "In quale passo entra la media sulle istanze, e vi entra di nuovo altrove?",
        "(1/m) δ hᵀ con 1/m già in δ",
    ),
    "G14": Text(
        "una sola istanza",
        "è stata usata una sola istanza del batch",
        "Il gradiente è quello della prima o dell'ultima istanza.",
        "Su quali istanze si calcola il gradiente del batch?",
    ),
    "G15": Text(
        "weight decay sbagliato",
        "il contributo della regolarizzazione è stato tralasciato o ha un fattore sbagliato",
        "Il gradiente è sbagliato di un multiplo dei pesi.",
        "Deriva il termine di regolarizzazione così come lo dà il problema, fattore compreso.",
        "∂J/∂W = δ hᵀ senza λW",
    ),
    "G16": Text(
        "bias regolarizzato",
        "il bias ha ricevuto un termine di regolarizzazione, ma non è regolarizzato",
        "Il gradiente rispetto al bias è sbagliato di un multiplo del bias.",
        "Su quali parametri agisce la regolarizzazione?",
    ),
    "G17": Text(
        "gradiente della passata precedente",
        "il gradiente della passata precedente non è stato azzerato e quello nuovo vi è stato sommato",
        "Il valore è la somma dei gradienti di due passate.",
        "Da quale valore deve partire un gradiente prima di una nuova propagazione all'indietro?",
        "g + g_precedente",
    ),
    "G18": Text(
        "derivata dell'uscita",
        "questa è la derivata dell'uscita, non della loss",
        "Non vi compaiono né il target né la loss.",
        "Di quale quantità si chiede la variazione, dell'uscita o della loss?",
    ),
    "G19": Text(
        "peso al posto dell'ingresso",
        "il peso sta al posto dell'ingresso",
        "Dove il peso è grande lo è il gradiente, qualunque sia l'ingresso.",
        "Per che cosa si moltiplica un peso nella propagazione in avanti?",
        "δ W al posto di δ xᵀ",
    ),
    "G20": Text(
        "diviso per un altro numero",
        "è stato diviso per il numero delle feature, per una somma di ingressi o per un altro conteggio",
        "Troppo piccolo, di un numero intero che non è quello delle istanze.",
        "Su che cosa si fa la media, se se ne fa una?",
    ),
    "G21": Text(
        "un semplice fattore",
        "è un semplice multiplo del valore giusto",
        "Tutti gli elementi sono sbagliati dello stesso piccolo fattore.",
        "Cerca un fattore contato troppe volte, o perso.",
        "2, 3, 4, ½ o ¼ volte il valore",
    ),
    "G22": Text(
        "ingresso al quadrato",
        "l'ingresso entra al quadrato",
        "Gli elementi di ingressi grandi sono troppo grandi, e il segno dell'ingresso non conta più.",
        "Quante volte entra l'ingresso nella somma pesata?",
    ),
    "G23": Text(
        "un'istanza dimenticata",
        "un'istanza del batch è rimasta fuori dalla somma",
        "Manca esattamente la parte di un'istanza.",
        "Passa le istanze una per una: sono tutte nella somma?",
        "Σ su tutte le istanze tranne una",
    ),
    "G24": Text(
        "non sommato sulle istanze",
        "c'è una riga per ogni istanza: non sono state sommate",
        "Tante righe quante sono le istanze.",
        "Che forma ha un gradiente?",
        "δᵢ hᵢ per ogni i, al posto della loro somma",
    ),
}
