"""O que acontece com os números, qualquer que seja a fórmula."""

from __future__ import annotations

from bpcli.mistakes.model import Text

AUXILIARY = {
    "X-sign": Text(
        "sinal invertido",
        "o sinal está invertido",
        "Os dígitos certos com o sinal oposto.",
        "Reveja os sinais deste passo.",
        "− valor",
    ),
    "X-sign-entry": Text(
        "sinal de um elemento",
        "o sinal de um elemento está invertido",
        "Um elemento tem os dígitos certos e o sinal oposto.",
        "Reveja os sinais deste elemento.",
        "− elemento",
    ),
    "X-transposed": Text(
        "transposta",
        "os números estão certos e a matriz está transposta",
        "Os números certos, espelhados na diagonal.",
        "Que índice é a linha e qual é a coluna?",
        "valorᵀ",
    ),
    "X-swapped": Text(
        "elementos trocados",
        "os números estão certos, mas um no lugar do outro",
        "Os números certos na ordem errada.",
        "Que número pertence a que unidade?",
        "elementos em outra ordem",
    ),
    "X-digits": Text(
        "dígitos trocados",
        "dois dígitos vizinhos trocaram de lugar na cópia do número",
        "Dois dígitos vizinhos estão na ordem errada.",
        "Compare dígito por dígito o que você calculou com o que escreveu.",
        "… 21 … no lugar de … 12 …",
    ),
    "X-label": Text(
        "valor de outra grandeza",
        "este é o valor de outra grandeza",
        "Os números certos, mas no passo errado.",
        "Que grandeza se pede aqui?",
        "o valor de outro passo",
    ),
    "X-factor-n": Text(
        "fator igual ao número de saídas",
        "está errado por um fator igual ao número de saídas",
        "O número de saídas é um fator a mais ou a menos.",
        "Isto é uma soma ou uma média sobre as saídas?",
        "n · valor, valor / n",
    ),
    "X-factor-m": Text(
        "fator igual ao número de instâncias",
        "está errado por um fator igual ao número de instâncias",
        "O número de instâncias é um fator a mais ou a menos.",
        "Isto é uma soma ou uma média sobre as instâncias?",
        "m · valor, valor / m",
    ),
    "X-factor-rate": Text(
        "fator igual à taxa de aprendizado",
        "está errado por um fator igual à taxa de aprendizado",
        "A taxa de aprendizado é um fator a mais ou a menos.",
        "Onde a taxa de aprendizado entra, e onde não?",
        "η · valor, valor / η",
    ),
    "X-factor-log": Text(
        "fator da base do logaritmo",
        "difere pela constante que liga os logaritmos naturais aos outros",
        "Foram misturados logaritmos em duas bases.",
        "Que base têm os logaritmos deste problema?",
        "valor · ln da base",
    ),
    "X-one-entry": Text(
        "um elemento errado",
        "os outros elementos estão certos: procure um descuido só neste",
        "Um único elemento está errado; o passo foi entendido.",
        "Calcule este elemento de novo, como você calculou os outros.",
        "um elemento diferente",
    ),
    "X-unwritten": Text(
        "certo para outros valores acima",
        "está certo para outros valores de algo que não foi escrito",
        "O passo foi bem feito, a partir de um valor que não é o certo.",
        "Escreva os passos acima, e confira primeiro esses.",
        "a fórmula certa com outro valor acima",
    ),
}
