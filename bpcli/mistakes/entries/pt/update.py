"""Erros na atualização."""

from __future__ import annotations

from bpcli.mistakes.model import Text

UPDATE = {
    "U01": Text(
        "passo para cima",
        "o passo foi somado em vez de subtraído",
        "O novo valor fica do outro lado do antigo.",
        "Em que sentido a perda diminui, no do gradiente ou contra ele?",
    ),
    "U02": Text(
        "taxa de aprendizado esquecida",
        "a taxa de aprendizado foi esquecida, ou multiplicada duas vezes",
        "O passo está errado por um fator igual à taxa de aprendizado.",
        "Quantas vezes a taxa de aprendizado entra no passo?",
        "W − ∂L/∂W, ou W − η² ∂L/∂W",
    ),
    "U03": Text(
        "escrita a variação",
        "esta é a variação, não o novo valor",
        "Um número pequeno no lugar de um próximo do valor antigo.",
        "Pede-se o passo, ou aonde ele leva?",
    ),
    "U04": Text(
        "gradiente transposto",
        "foi subtraído o gradiente transposto",
        "A diagonal está certa e o resto não.",
        "Que gradiente pertence a que peso?",
    ),
    "U05": Text(
        "bias não atualizado",
        "o bias foi deixado como estava",
        "O novo bias é igual ao antigo.",
        "Que parâmetros uma atualização muda?",
        "b_novo = b",
    ),
    "U06": Text(
        "parâmetro no lugar do gradiente",
        "foi usado o parâmetro no lugar do seu gradiente",
        "O novo valor é uma fração fixa do antigo.",
        "O passo é um múltiplo de quê?",
    ),
    "U07": Text(
        "atualizadas uma depois da outra",
        "as camadas foram atualizadas uma depois da outra, com uma nova passada no meio",
        "O valor corresponde a um gradiente calculado com pesos já atualizados.",
        "Com quais parâmetros se calculam todos os gradientes de um passo?",
        "W⁽¹⁾ − η ∂L/∂W⁽¹⁾ com o novo W⁽²⁾",
    ),
    "U08": Text(
        "weight decay na atualização",
        "o weight decay está com o sinal errado ou com um fator a mais",
        "O novo valor está errado por um múltiplo do antigo.",
        "O weight decay torna um peso maior ou menor, e por que fator?",
    ),
    "U09": Text(
        "estado do otimizador",
        "a grandeza acumulada pelo otimizador está com um sinal ou um fator errado",
        "Já o primeiro passo é diferente, pelo sinal ou por um fator feito com β.",
        "Escreva a forma em que o problema dá o otimizador, fator por fator.",
    ),
}
