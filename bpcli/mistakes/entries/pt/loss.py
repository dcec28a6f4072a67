"""Erros na função de perda."""

from __future__ import annotations

from bpcli.mistakes.model import Text

LOSS = {
    "L01": Text(
        "½ esquecido",
        "o ½ na frente do erro quadrático foi esquecido",
        "A perda é o dobro do que deveria ser.",
        "Compare o fator na frente da soma com a função de perda do problema.",
    ),
    "L02": Text(
        "média no lugar de metade da soma",
        "foi tomada a média sobre as saídas em vez de metade da soma (ou o contrário)",
        "A perda está errada por um fator que depende do número de saídas; com duas saídas nada aparece.",
        "O problema pede uma soma, metade da soma ou uma média?",
        "L = (1/n) Σ (y − t)² em vez de L = ½ Σ (y − t)²",
    ),
    "L03": Text(
        "1/(2n) no lugar de ½",
        "a metade foi dividida também pelo número de saídas (ou não foi dividida quando devia)",
        "A perda é menor que a certa por um fator igual ao número de saídas.",
        "O problema divide pelo número de saídas?",
        "L = (1/2n) Σ (y − t)² em vez de L = ½ Σ (y − t)²",
    ),
    "L04": Text(
        "1/m do lote perdido",
        "as perdas do lote foram somadas onde se pede a média (ou o contrário)",
        "A função de custo está errada por um fator igual ao número de instâncias.",
        "A função de custo do lote é uma soma ou uma média?",
        "J = Σ L em vez de J = (1/m) Σ L",
    ),
    "L05": Text(
        "quadrado esquecido",
        "os erros não foram elevados ao quadrado",
        "Erros de sinais diferentes se cancelam.",
        "Um erro quadrático pode ser negativo?",
    ),
    "L06": Text(
        "raiz ou valor absoluto",
        "foi tomada uma raiz quadrada, ou o valor absoluto, no lugar dos quadrados",
        "A perda é o comprimento do vetor de erros, ou a soma dos valores absolutos deles.",
        "A função de perda do problema tem raiz?",
        "L = √(Σ (y − t)²) ou Σ |y − t|",
    ),
    "L07": Text(
        "uma só saída",
        "foi contado o erro de uma só saída",
        "A perda é a de uma rede com uma única saída.",
        "Quantas saídas tem a rede, e quantos termos tem a sua soma?",
    ),
    "L08": Text(
        "quadrado da soma",
        "os erros foram somados antes de serem elevados ao quadrado",
        "Erros de sinais diferentes se cancelam antes de serem elevados ao quadrado.",
        "O que vem primeiro, o quadrado ou a soma?",
    ),
    "L09": Text(
        "logaritmo em outra base",
        "o logaritmo foi tomado em outra base",
        "A perda está errada por uma constante que é um logaritmo da base.",
        "Que tecla dá o logaritmo que o problema usa?",
        "L = −Σ t log₂ y ou −Σ t log₁₀ y",
    ),
    "L10": Text(
        "menos da entropia cruzada perdido",
        "perdeu-se o menos na frente da soma",
        "Uma perda negativa.",
        "O logaritmo de uma probabilidade é positivo ou negativo, e que sinal deve ter uma perda?",
    ),
    "L11": Text(
        "sinal do segundo termo",
        "o segundo termo da entropia cruzada binária está com o sinal errado",
        "As instâncias com alvo zero são subtraídas da perda.",
        "O menos vale para o primeiro logaritmo ou para o parêntese inteiro?",
    ),
    "L12": Text(
        "termo em 1 − t perdido ou acrescentado",
        "o termo com 1 − t foi deixado de fora (ou acrescentado a uma entropia cruzada que não o tem)",
        "Os alvos zero não contribuem, ou contribuem onde não deviam.",
        "O que as instâncias com alvo zero acrescentam a esta perda?",
        "−Σ t ln y em vez de −Σ [t ln y + (1 − t) ln(1 − y)]",
    ),
    "L13": Text(
        "predição e alvo trocados",
        "predição e alvo trocaram de lugar no logaritmo",
        "O logaritmo de um alvo: infinito assim que um alvo é zero.",
        "De qual dos dois se toma o logaritmo?",
    ),
    "L14": Text(
        "regularização errada",
        "o termo de regularização foi deixado de fora, perdeu o fator ou inclui também os bias",
        "A função de custo está errada por um múltiplo dos pesos ao quadrado.",
        "O que o problema soma à perda, com que fator e sobre quais parâmetros?",
        "J = L, J = L + Ω, ou Ω com os bias",
    ),
    "L15": Text(
        "termos cruzados",
        "cada alvo foi multiplicado por cada logaritmo, e o produto externo foi somado",
        "Muito maior que a soma de um termo por saída.",
        "Qual alvo pertence a qual predição?",
    ),
    "L16": Text(
        "perdas não reunidas",
        "estas são as perdas das instâncias, não a sua média ou soma",
        "Uma lista onde se pede um número.",
        "O que se faz no fim com as perdas das instâncias?",
        "uma lista L₁, L₂, … no lugar do número J",
    ),
    "L17": Text(
        "diferença de quadrados",
        "os quadrados foram subtraídos em vez de elevar a diferença ao quadrado",
        "Pode ser negativa, e uma perda de quadrados nunca é.",
        "O que se eleva ao quadrado, e o que se subtrai?",
    ),
}
