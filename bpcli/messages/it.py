"""Italian."""

SENTENCES = {
    # headings
    "heading.given": "Dati",
    "heading.forward": "Propagazione in avanti",
    "heading.backward": "Propagazione all'indietro",
    "heading.update": "Aggiornamento",
    "heading.of-update": "{heading} dell’aggiornamento {count}",
    "heading.later": "Aggiornamenti successivi",
    "heading.asked": "Quantità richieste",
    "heading.summary": "Tutte le quantità",
    "heading.before-after": "Prima e dopo l'aggiornamento",
    # titles of steps, by rule
    "title.affine": "Pre-attivazione del livello {layer}",
    "title.activation": "Attivazione del livello {layer}",
    "title.prediction": "Attivazione del livello {layer}, cioè la predizione",
    "title.loss": "Loss",
    "title.regularizer": "Termine di regolarizzazione",
    "title.objective": "Funzione costo",
    "title.definition": "Nodo {name}",
    "title.node_gradient": "Gradiente rispetto a {name}",
    "title.input_gradient": "Gradiente rispetto a {name}",
    "title.unused_gradient": "Gradiente rispetto a {name}",
    "title.seed": "Gradiente dell'uscita rispetto a sé stessa",
    "title.local_derivative": "Derivata dell'attivazione del livello {layer}",
    "title.jacobian": "Jacobiana dell'attivazione del livello {layer}",
    "title.prediction_gradient": "Gradiente rispetto alla predizione",
    "title.activation_gradient": "Gradiente rispetto all'attivazione del livello {layer}",
    "title.pre_activation_gradient": "Gradiente rispetto alla pre-attivazione del livello {layer}",
    "title.weights_gradient": "Gradiente rispetto ai pesi del livello {layer}",
    "title.bias_gradient": "Gradiente rispetto al bias del livello {layer}",
    "title.velocity": "Velocità di {name}",
    "title.squares": "Somma dei quadrati dei gradienti rispetto a {name}",
    "title.mean_squares": "Media mobile dei quadrati dei gradienti rispetto a {name}",
    "title.mean_gradient": "Media mobile dei gradienti rispetto a {name}",
    "title.bias_correction": "Correzione di {name} per la partenza da zero",
    "title.new": "Nuovo valore di {name}",
    # one sentence of why
    "why.affine.first": "gli ingressi si moltiplicano per i pesi e si somma il bias.",
    "why.affine": "le attivazioni del livello {below} si moltiplicano per i pesi e si somma il bias.",
    "why.affine.first.no-bias": "gli ingressi si moltiplicano per i pesi; questo livello non ha bias.",
    "why.affine.no-bias": (
        "le attivazioni del livello {below} si moltiplicano per i pesi; questo livello non ha bias."
    ),
    "why.activation": "{function} di ogni elemento.",
    "why.activation.identity": "il livello è lineare, quindi la pre-attivazione passa invariata.",
    "why.activation.softmax": "la softmax trasforma i punteggi in probabilità che hanno somma 1.",
    "why.loss": "quanto la predizione è lontana dal target.",
    "why.loss.batch": "quanto ogni predizione è lontana dal proprio target, un numero per ogni istanza.",
    "why.regularizer": "quanto costano i parametri grandi, fra quelli addestrati che esso comprende.",
    "why.objective": "ciò che l'addestramento rende piccolo.",
    "why.objective.batch": (
        "un solo numero per l'intero batch di {count} istanze: ciò che l'addestramento rende piccolo."
    ),
    "why.definition": "",
    "why.seed": "l'uscita varia quanto sé stessa; ogni altra voce della grad_table si costruisce su questo 1.",
    "why.node_gradient.one": (
        "il nodo è usato una volta, da {consumers}; è il gradiente di quel nodo per la derivata locale."
    ),
    "why.node_gradient.direct": "l'uscita usa direttamente il nodo, quindi il gradiente è la derivata locale.",
    "why.node_gradient.many": (
        "il nodo è usato {count} volte, da {consumers}; c'è un termine per ogni uso, e si sommano."
    ),
    "why.unused_gradient": "l'uscita non ne dipende.",
    "why.local_derivative": "quanto varia ogni attivazione al variare della propria pre-attivazione.",
    "why.jacobian": "ogni probabilità dipende da tutti i punteggi, quindi le derivate formano una matrice.",
    "why.prediction_gradient": "si deriva la loss rispetto alla predizione.",
    "why.activation_gradient": "il gradiente torna indietro attraverso i pesi del livello {above}, trasposti.",
    "why.pre_activation_gradient": (
        "si attraversa l'attivazione moltiplicando, elemento per elemento, per la sua derivata."
    ),
    "why.pre_activation_gradient.jacobian": "si attraversa la softmax moltiplicando per la sua jacobiana.",
    "why.pre_activation_gradient.softmax": "si attraversa la softmax, un'istanza alla volta.",
    "why.weights_gradient": "{shapes}, la forma di {name}.",
    "why.bias_gradient": "il bias si somma, quindi il suo gradiente è quello della pre-attivazione.",
    "why.bias_gradient.batch": (
        "tutte le istanze usano lo stesso bias, quindi il suo gradiente si somma sulle istanze."
    ),
    "why.bias_gradient.shared": "tutte le unità usano lo stesso bias, quindi il suo gradiente è la somma sulle unità.",
    "why.regularized": " Il termine di regolarizzazione aggiunge il proprio contributo.",
    "why.gradient_descent": "un passo di ampiezza η in verso opposto al gradiente.",
    "why.velocity": "i gradienti visti finora; il peso dei più vecchi si attenua con β.",
    "why.momentum": "un passo lungo la velocità.",
    "why.squares": "tutti i quadrati dei gradienti visti finora, elemento per elemento.",
    "why.mean_squares": "i quadrati dei gradienti; il peso dei più vecchi si attenua.",
    "why.mean_gradient": "i gradienti; il peso dei più vecchi si attenua.",
    "why.bias_correction": "si divide per la somma, fin qui, dei pesi della media.",
    "why.adagrad": "un passo che si accorcia dove i gradienti sono stati grandi.",
    "why.rmsprop": "un passo misurato sulla grandezza dei gradienti recenti.",
    "why.adam": "la media corretta divisa per la radice della media corretta dei quadrati.",
    "why.adamw": "il passo di Adam e, a parte, il decadimento dei pesi.",
    # activations in a sentence
    "function.sigmoid": "la sigmoide",
    "function.tanh": "la tangente iperbolica",
    "function.relu": "la ReLU",
    "function.leaky_relu": "la leaky ReLU",
    "function.softplus": "la softplus",
    "function.elu": "la ELU",
    # remarks
    "note.rounding": "≈ segna un numero mostrato arrotondato; il calcolo prosegue con tutte le cifre.",
    "note.each-step": "Ogni quantità è arrotondata a ciò che si legge prima di essere usata oltre.",
    "note.shortcut": "Con questa loss l'intero passaggio attraverso l'attivazione si riduce a {formula}.",
    "note.kink": (
        "{entry} vale esattamente 0, dove questa attivazione non ha derivata; qui il problema sceglie {value}."
    ),
    "note.choice": "{choice} vale 1 dove questo è vero e 0 dove non lo è: tra due numeri uguali si prende il primo.",
    "note.unprintable": (
        "{name} ha un elemento troppo grande per essere rappresentato; il calcolo lo aggira con {formula}."
    ),
    "note.no_value": (
        "Calcolata così come è scritta, la formula qui non ha valore (uno 0 incontra un ∞); "
        "il valore accurato è {value}."
    ),
    "note.textbook": "Calcolata così come è scritta, la formula dà qui {naive}; il valore accurato è {value}.",
    "note.entries": "Elemento per elemento",
    "note.verify": (
        "Accanto a ogni gradiente: l'effetto di una piccola variazione h di un solo numero, (L(w + h) − L(w − h)) / 2h."
    ),
    # tables
    "table.quantity": "quantità",
    "table.value": "valore",
    "table.gradient": "gradiente {of}",
    "table.agrees": "concorda fino a",
    "table.numeric": "differenza centrale",
    "table.formula": "formula",
    "table.old": "vecchio",
    "table.new": "nuovo",
    "table.updates": "aggiornamenti",
    "table.digits": "{count} cifre",
    "table.digits.one": "1 cifra",
    "table.kink": "punto angoloso",
    "lesson.more": "… e altri {count} elementi",
    "lesson.more.one": "… e un altro elemento",
    # answer sheets
    "sheet.title": "Foglio delle risposte",
    "sheet.heading": "Foglio delle risposte: {title}",
    "sheet.numbers": "I numeri si scrivono con il punto decimale: 0.25, -3.1e-5; oppure come frazioni: 1/3.",
    "sheet.decimals": "Cifre richieste dopo il punto: {count}.",
    "sheet.significant": "Cifre significative richieste: {count}.",
    "sheet.blank": "Scrivi i tuoi numeri al posto di null; null vale come risposta mancante.",
    "sheet.student": "il tuo nome o la tua matricola",
    "sheet.name-line": "Nome:",
    "sheet.terms": "I termini della somma che dà {name}",
    "sheet.later": "{name} dopo l'aggiornamento {count}",
    "sheet.quantity": "quantità",
    "sheet.id": "id",
    "sheet.meaning": "che cos'è",
    "sheet.answer": "la tua risposta",
    # --- answer sheets on paper and on a page, keys ---
    "heading.conventions": "Convenzioni",
    "sheet.points": "punti",
    "sheet.worth": "punti: {points}",
    "convention.layout": "Disposizione",
    "convention.layout.W x + b": "I vettori sono colonne: {formula}. Una matrice dei pesi ha una riga per ogni unità.",
    "convention.layout.x W + b": "I vettori sono righe: {formula}. Una matrice dei pesi ha una colonna per ogni unità.",
    "convention.layout.x W^T + b": "I vettori sono righe: {formula}. Una matrice dei pesi ha una riga per ogni unità.",
    "convention.loss": "Loss",
    "convention.loss.half_squared_error": "Metà degli errori quadratici",
    "convention.loss.squared_error": "Gli errori quadratici",
    "convention.loss.mean_squared_error": "Gli errori quadratici",
    "convention.loss.half_mean_squared_error": "Metà degli errori quadratici",
    "convention.loss.binary_cross_entropy": "L'entropia incrociata binaria",
    "convention.loss.cross_entropy": "L'entropia incrociata",
    "convention.loss.absolute_error": "Gli errori assoluti",
    "convention.loss.huber": "La loss di Huber con δ = {delta}",
    "convention.outputs.sum": ", con la somma sulle uscite",
    "convention.outputs.mean": ", con la media sulle uscite",
    "convention.factor": ", per {factor}",
    "convention.batch": "Batch",
    "convention.batch.mean": "La media delle loss delle sue {count} istanze.",
    "convention.batch.sum": "La somma delle loss delle sue {count} istanze.",
    "convention.log": "Logaritmo",
    "convention.log.e": "Naturale: ln, in base e.",
    "convention.log.2": "In base 2.",
    "convention.log.10": "In base 10.",
    "convention.kink": "Derivata in 0",
    "convention.kink.here": "{function}: {value}.",
    "convention.delta": "δ",
    "convention.delta.here": "{name} sta per {meaning}.",
    "convention.digits": "Cifre",
    "convention.final": "Calcola con tutte le cifre e arrotonda solo ciò che scrivi.",
    "page.about": "Compila le caselle e salva le risposte in un file da consegnare. Niente viene inviato in rete.",
    "page.numbers": "La virgola decimale è letta come un punto; anche le frazioni come 1/3 sono numeri.",
    "page.no-script": "In questo browser gli script sono disattivati: stampa la pagina e compilala a mano.",
    "page.save": "Salva le risposte",
    "page.clear": "Cancella",
    "page.clear-sure": "Cancellare tutte le caselle?",
    "page.sign": "cambia il segno",
    "page.exponent": "potenza di dieci",
    "page.answered": "Caselle compilate: {done} di {total}",
    "page.not-numbers": "non numeri: {count}",
    "page.saved": "Salvato come {file}.",
    "key.title": "Soluzioni",
    "key.value": "valore",
    "key.total": "in tutto",
    "key.rules": "Quando una risposta è corretta",
    "key.interval": (
        "Una risposta è corretta quando il valore vero, arrotondato, la dà: vale mezza unità dell'ultima cifra scritta "
        "da ogni lato, e vale ciò che si spiega con un arrotondamento onesto delle risposte precedenti."
    ),
    "key.truncation.accept": "Le cifre troncate invece che arrotondate valgono come corrette.",
    "key.truncation.reject": "Le cifre troncate invece che arrotondate valgono come sbagliate.",
    "key.absolute": "In più, una risposta può scostarsi di {value}.",
    "key.relative": "In più, una risposta può scostarsi di {value} volte il valore vero.",
    "key.follow.all": "Ciò che segue da un errore precedente conserva i suoi punti.",
    "key.follow.some": "Ciò che segue da un errore precedente vale {share} dei suoi punti.",
    "key.follow.none": "Ciò che segue da un errore precedente non vale punti.",
    # --- end of answer sheets and keys ---
    # --- quizzes on learning platforms ---
    "quiz.title": "Una rete a mano",
    "quiz.decimals": (
        "Cifre decimali richieste: {count}; i numeri troppo piccoli si scrivono con 3 cifre significative (9.12e-6)."
    ),
    "quiz.significant": "Cifre significative richieste: {count}.",
    "quiz.right": "Giusto.",
    "quiz.scaled": "Scrivi il valore moltiplicato per {factor}, perché qui le cifre più piccole vengono tagliate.",
    "quiz.entry": "Elemento {place} di {name}:",
    "quiz.number": "{name}:",
    # --- end of quizzes ---
    # a class
    "class.title": "Rapporto sulla classe",
    "class.count-file": "1 file",
    "class.count-files": "{count} file",
    "class.count-graded": "valutati: {count}",
    "class.count-refused": "respinti: {count}",
    "class.mean": "media {mean} su {most}",
    "class.median": "mediana {median}",
    "class.where": "Dove sono gli errori",
    "class.steps": "Passi ed errori",
    "class.common": "Gli errori più comuni",
    "class.verdicts": "Tutte le quantità",
    "class.nobody": "Quello che nessuno ha trovato",
    "class.adjusted": "Corretti a mano",
    "class.refused": "File respinti",
    "class.unknown-mistake": "nessuno degli errori noti",
    "class.adjustment": "Il docente ha modificato questo risultato: {reason}",
    "class.column-where": "dove",
    "class.column-mistake": "errore più comune",
    "class.column-students": "studenti",
    "class.column-name": "errore",
    "class.column-times": "studenti",
    "class.column-other": "altri",
    "class.column-quantity": "quantità",
    "class.column-correct": "corretta",
    "class.column-follows": "coerente",
    "class.column-wrong": "errata",
    "class.column-missing": "mancante",
    "class.column-invalid": "non valida",
    "class.column-student": "studente",
    "class.column-before": "prima",
    "class.column-after": "dopo",
    "class.column-reason": "motivo",
    # --- check: the report on one sheet ---
    "check.points": "{points} punti su {most}",
    "check.all-correct": "Tutto è corretto.",
    "check.nothing-wrong": "Qui non c'è niente di sbagliato, ma non a tutto è stata data risposta.",
    "check.first-wrong": "Primo passo errato:",
    "check.could-be": "Diversi errori danno questi numeri:",
    "check.perhaps": "Forse è questo:",
    "check.unexplained": "Nessuno degli errori noti dà questi numeri a partire da ciò che precede.",
    "check.expected": "A partire da ciò che precede, la riga è",
    "check.hint": "Riguarda {name}: si calcola da {inputs}.",
    "check.hint-shape": "Controlla ogni fattore, il suo segno e se una matrice va trasposta.",
    "check.after-one": "La risposta che segue dalla tua conserva i suoi punti.",
    "check.after-many": "Le {count} risposte che seguono dalla tua conservano i loro punti.",
    "check.after-one-share": "La risposta che segue dalla tua ottiene il {share} dei suoi punti.",
    "check.after-many-share": "Le {count} risposte che seguono dalla tua ottengono il {share} dei loro punti.",
    "check.legend": (
        "✓ corretta, ↳ coerente con un errore precedente, ✗ errata, · senza risposta, ? qui non è un numero."
    ),
    "check.legend-ascii": (
        "+ corretta, > coerente con un errore precedente, x errata, . senza risposta, ? qui non è un numero."
    ),
    "check.column-quantity": "quantità",
    "check.column-entries": "elementi",
    "check.column-verdict": "esito",
    "check.column-points": "punti",
    "check.column-note": "nota",
    "check.verdict.correct": "corretta",
    "check.verdict.follows": "coerente",
    "check.verdict.wrong": "errata",
    "check.verdict.missing": "mancante",
    "check.verdict.invalid": "non valida",
    "check.wrong": "non è ciò che dà la riga",
    "check.wrong-given": "è un dato del problema, con un altro numero",
    "check.wrong-expected": "il valore atteso era {value}",
    "check.follows.from": "giusta per i tuoi valori di {names}",
    "check.from-nothing": "giusta per il tuo 0 precedente, ma uno 0 la rende banale: nessun punto",
    "check.missing": "senza risposta",
    "check.stands-in": (
        "Dove manca una risposta, per ciò che viene dopo vale quello che si ricava dai tuoi stessi valori."
    ),
    "check.incomplete": "alcuni elementi sono vuoti",
    "check.cut": "l'ultima cifra è stata troncata, non arrotondata",
    "check.cut-refused": "l'ultima cifra è stata troncata, mentre il problema chiede di arrotondare",
    "check.few-digits": "{text}: qui sono bastate queste poche cifre",
    "check.explain": "Il tuo foglio, riga per riga",
    "check.explain-rest": "Ciò che viene dopo, a partire dal tuo valore",
    "check.explain-blank": "Hai lasciato vuoto; la riga prosegue con questo valore.",
    "check.explain-invalid": "La tua risposta non è leggibile; la riga prosegue con questo valore.",
    "check.explain-agrees": "I tuoi numeri concordano.",
    "check.explain-differs": "Qui hai scritto altro; le righe seguenti partono dal tuo valore.",
    "check.refused": "Questo file non è stato valutato",
    "gradescope.score": "{points} punti su {most}.",
    "gradescope.first-wrong": "Primo passo errato: {name}.",
    "gradescope.adjusted": "Modificato dal docente: {reason}",
    # --- end of check ---
    # scalar grain
    "scalar.intro": "Ogni elemento è un nodo a sé e ogni operazione è elementare.",
    "scalar.node": "nodo",
    "scalar.operation": "operazione",
    "scalar.value": "valore",
    "scalar.local": "derivate locali",
    "scalar.consumers": "Σ sui successori",
    "scalar.numbers": "in numeri",
    "scalar.gradient": "gradiente",
    "scalar.sum": "somma",
    "scalar.more": "Nodi non mostrati: {count}; --full li mostra, --only ID mostra quelli di cui esso ha bisogno.",
    # derivatives, cost and drawings
    "derive.program": "Il programma",
    "derive.derivatives": "Le sue derivate",
    "derive.shape": "forma",
    "derive.known": "Semplificazioni note",
    "derive.values": "Con i numeri del problema",
    "derive.direction": "{name} è la direzione ({shape}): ciò che segue è l'hessiana per {name}.",
    "derive.simplification": "{name} si riduce a {formula}, qualunque siano i parametri.",
    "derive.one-hot": ("Target one-hot ({names}): la probabilità della classe vera perde 1, ogni altra resta com'è."),
    "derive.out-of-range": "Calcolato come dice la sua formula, {name} esce qui dall'intervallo dei numeri.",
    "cost.heading": "Quanto costano le due fasi",
    "cost.lines": "Riga per riga",
    "cost.layers": "Livello per livello",
    "cost.differences": "Lo stesso gradiente con le differenze centrali",
    "cost.growth": "Come cresce il costo",
    "cost.pass": "fase",
    "cost.forward": "in avanti",
    "cost.backward": "all'indietro",
    "cost.update": "aggiornamento",
    "cost.ratio": "indietro ÷ avanti",
    "cost.count-lines": "righe",
    "cost.count-operations": "operazioni",
    "cost.count-numbers": "numeri",
    "cost.count-edges": "archi",
    "cost.count-work": "prodotti e somme",
    "cost.layer": "livello",
    "cost.rest": "loss e resto",
    "cost.method": "metodo",
    "cost.backpropagation": "backpropagation",
    "cost.by-differences": "differenze centrali",
    "cost.passes": "passate",
    "cost.units": "unità m",
    "cost.hidden": "livelli L",
    "cost.per-weight": "÷ L m²",
    "cost.why": (
        "Un numero è un elemento di una riga, un arco è un numero da cui se ne calcola un altro. In avanti ogni "
        "numero si calcola una volta: O(N). All'indietro, un prodotto per ogni arco percorso da un gradiente: "
        "O(archi) ≤ O(N²)."
    ),
    "cost.measure": (
        "In avanti: numeri {numbers}, archi {edges}. Gli archi percorsi dalla propagazione all'indietro sono {active}."
    ),
    "cost.why-differences": (
        "Parametri: {parameters}, ciascuno spostato in su e in giù; propagazioni in avanti: {passes}. Alla "
        "backpropagation bastano una propagazione in avanti e una all'indietro: un costo {factor} volte minore."
    ),
    "cost.why-growth": (
        "L livelli di m unità, una sola istanza. L'ultima colonna resta vicina a una costante: entrambe le fasi sono "
        "O(L m²)."
    ),
    "graph.instance": "istanza {number} di {count}",
    "graph.loss": "Loss",
    "graph.description": "riquadri: {boxes}, archi: {edges}",
    # paths
    "paths.heading": "Cammini",
    "paths.count.none": "Nessun cammino porta da {start} a {end}, quindi il gradiente è 0.",
    "paths.count.one": "Un solo cammino porta da {start} a {end}.",
    "paths.count.many": "I cammini da {start} a {end} sono {count}.",
    "paths.path": "{nodes}",
    "paths.sum": "La loro somma",
    "paths.agrees": "La backpropagation trova {gradient} = {value}: lo stesso valore.",
    "paths.differs": "La backpropagation trova {gradient} = {value}; la somma è diversa.",
    "paths.too-many": (
        "Cammini mostrati: {listed} su {count} (--most ne mostra di più); secondo la backpropagation la somma di "
        "tutti è"
    ),
    "paths.closing": "Poiché {ones} = 1, questo si riduce a",
    "paths.why": (
        "Moltiplicando lungo {count} cammini si percorrono archi {steps} volte. La backpropagation percorre una sola "
        "volta ciascuno dei {edges} archi: ciò che torna a un nodo vi si somma e prosegue come un unico numero."
    ),
    "paths.why-one": (
        "Con un solo cammino la backpropagation moltiplica lungo di esso, una sola volta per arco (archi: {edges})."
    ),
    # large graphs
    "large.heading": "Uscita e gradienti",
    "large.brief": (
        "Questo grafo ha {count} righe, troppe per uno svolgimento completo: è risolto in breve. --only NOME mostra le "
        "righe che servono a una quantità, se sono poche; --format json contiene tutti i valori."
    ),
    "large.more": "Gradienti non mostrati: {count}; --format json li contiene tutti.",
    # training
    "train.setup": "{instances}, parametri: {weights}; {optimizer}, {rate}, {batches}.",
    "train.instances": "{count} istanze",
    "train.one-instance": "1 istanza",
    "train.full": "tutte in ogni aggiornamento",
    "train.single": "una sola istanza per aggiornamento",
    "train.batches": "{size} istanze per aggiornamento, {updates} aggiornamenti per epoca",
    "train.shuffled": ", mescolate con seme {seed}",
    "train.step": "Aggiornamento {number}",
    "train.curve": "La funzione costo",
    "train.logarithmic": "La funzione costo (scala logaritmica)",
    "train.epoch": "epoca",
    "train.objective": "funzione costo",
    "train.accuracy": "corrette",
    "train.parameters": "Parametri finali",
    "train.stopped.epochs": "Addestramento completo; epoche: {epochs}, aggiornamenti: {updates}; {objective}.",
    "train.stopped.objective": ("Arresto sotto {bound}; epoche: {epochs}, aggiornamenti: {updates}; {objective}."),
    "train.stopped.gradient": (
        "Arresto; epoche: {epochs}, aggiornamenti: {updates}: nessun elemento del gradiente supera {bound} in valore "
        "assoluto; {objective}."
    ),
    "train.stopped.time": "Tempo scaduto; epoche: {epochs}, aggiornamenti: {updates}; {objective}.",
    "train.diverged.not-finite": (
        "L'addestramento diverge: all'aggiornamento {update} (epoca {epoch}) {name} è la prima quantità che non è un "
        "numero finito. Scegli un tasso di apprendimento più piccolo, o ingressi più vicini a 1."
    ),
    "train.diverged.growing": (
        "L'addestramento diverge: all'aggiornamento {update} (epoca {epoch}) {name} è più di 1000 volte il valore "
        "iniziale. Scegli un tasso di apprendimento più piccolo, o ingressi più vicini a 1."
    ),
    "train.next": "{first} svolge a mano i primi aggiornamenti; {second} salva il risultato come file di problema.",
    "optimizer.gradient_descent": "discesa del gradiente",
    "optimizer.momentum": "momentum",
    "optimizer.rmsprop": "RMSProp",
    "optimizer.adagrad": "AdaGrad",
    "optimizer.adam": "Adam",
    "optimizer.adamw": "AdamW",
    "data.worked": "{file} contiene {count} istanze; qui si svolgono le prime {rows}.",
    "data.worked.one": "{file} contiene {count} istanze; qui si svolge la prima.",
    "data.classes": " Le classi di {column}: {classes}.",
    # end of training
    # practice
    "practice.welcome": (
        "Una quantità alla volta: scrivi i suoi numeri, oppure ? per un suggerimento. Altre parole: help."
    ),
    "practice.resumed": "Riprendi da dove avevi lasciato: risposte date {at} su {total}.",
    "practice.help": (
        "Scrivi i numeri, oppure: ? un suggerimento, back torna indietro, skip salta, sheet mostra a che punto sei, "
        "quit esce (potrai riprendere)."
    ),
    "practice.wanted.one": "un numero",
    "practice.wanted.list": "{count} numeri",
    "practice.wanted.rows": "{count} numeri, le righe separate da `;`",
    "practice.count": "Numeri scritti: {found}; attesi: {wanted}.",
    "practice.right": "Giusto.",
    "practice.not-yet": "Non ancora.",
    "practice.wrong": "Non ancora. Scrivi ? per un suggerimento.",
    "practice.wrong-again": "Ancora no. Scrivi ? per un suggerimento, o skip per saltare.",
    "practice.summary": "Risposte giuste: {right} su {total}. Suggerimenti: {hints}. Tentativi errati: {tries}.",
    "practice.left": "Ancora da fare: {names}.",
    "practice.kept": "I tuoi progressi sono salvati: lo stesso comando riprende da qui.",
}
