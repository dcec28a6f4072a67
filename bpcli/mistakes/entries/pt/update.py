"""Erros na atualização."""

from __future__ import annotations

from bpcli.mistakes.model import Text

UPDATE = {
    "U01": Text(
        "passo no sentido do gradiente",
        "o passo foi somado em vez de subtraído",
        "O novo valor fica do outro lado do antigo.",
        "Em que sentido a perda diminui, no do gradiente ou contra ele?",
    ),
    "U02": Text(
        "taxa de aprendizado esquecida",
        "a taxa de aprendizado foi esquecida, ou aplicada duas vezes",
        "O passo está errado por um fator igual à taxa de aprendizado.",
        "Quantas vezes a taxa de aprendizado entra no passo?",
        "W − ∂L/∂W, ou W − η² ∂L/∂W",
    ),
    "U03": Text(
        "variação no lugar do novo valor",
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
    "U10": Text(
        "parte de outro parâmetro",
        "foi usado o gradiente, o passo ou o valor de outro parâmetro",
        "Erra exatamente pelo passo de outro parâmetro.",
        "Qual gradiente pertence a este parâmetro?",
    ),
    "U11": Text(
        "valor antigo com menos",
        "o valor antigo perdeu o seu sinal",
        "A imagem espelhada de um passo no outro sentido.",
        "De onde parte o passo?",
    ),
    "U12": Text(
        "dividido pela taxa de aprendizado",
        "o gradiente foi dividido pela taxa de aprendizado",
        "O passo é maior que o gradiente.",
        "Uma taxa de aprendizado menor faz um passo menor?",
    ),
    "U13": Text(
        "valor e gradiente trocados",
        "o valor e o seu gradiente trocaram de lugar",
        "Um número pequeno no lugar de um próximo do valor antigo.",
        "O que se move, e de quanto?",
    ),
    "U14": Text(
        "momentos não corrigidos",
        "os momentos não foram corrigidos pelo começo em zero",
        "Os primeiros passos são longos ou curtos demais por um fator conhecido.",
        "Por que se dividem os momentos antes de usá-los?",
    ),
    "U15": Text(
        "momentos corrigidos guardados",
        "os momentos corrigidos foram guardados e entraram nos seguintes",
        "O primeiro passo está certo, o segundo não.",
        "Qual momento se guarda: o de antes da correção ou o de depois?",
    ),
    "U16": Text(
        "ε antes da correção",
        "ε foi somado antes da correção e corrigido junto",
        "Só um ε grande o mostra.",
        "Em que ordem se tomam a correção, a raiz e ε?",
    ),
    "U17": Text(
        "ε sob a raiz",
        "ε foi somado sob a raiz",
        "Só um ε grande, ou um gradiente muito pequeno, o mostra.",
        "Onde fica ε na fórmula?",
    ),
    "U18": Text(
        "raiz esquecida",
        "a raiz dos quadrados não foi tirada",
        "O passo é longo demais onde os gradientes são pequenos.",
        "Por que se divide o passo: pela média dos quadrados ou pela sua raiz?",
    ),
    "U19": Text(
        "β no lugar de 1 − β",
        "β está onde vai 1 − β, ou βᵏ onde vai 1 − βᵏ",
        "Erra pela razão entre β e o seu complemento.",
        "Quanto entra do novo, e quanto fica do antigo?",
        "m/βᵏ no lugar de m/(1 − βᵏ)",
    ),
    "U20": Text(
        "antecipação no outro sentido",
        "a antecipação tem o sinal errado",
        "O gradiente é tomado atrás do ponto em vez de à frente.",
        "Em que sentido a velocidade move o ponto?",
        "W + β v no lugar de W − β v",
    ),
    "U21": Text(
        "velocidade esquecida",
        "a velocidade anterior foi esquecida, ou é a de outro parâmetro",
        "Cada passo é um primeiro passo.",
        "O que a velocidade guarda?",
        "v = g no lugar de v = β v + g",
    ),
}
