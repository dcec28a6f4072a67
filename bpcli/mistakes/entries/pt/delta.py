"""Erros na saída: o gradiente da perda e a derivada da ativação."""

from __future__ import annotations

from bpcli.mistakes.model import Text

DELTA = {
    "D01": Text(
        "alvo menos predição",
        "o sinal está invertido: alvo menos predição",
        "Tudo o que vem depois tem o sinal oposto.",
        "Se a predição é grande demais, a perda cresce ou cai junto com ela?",
    ),
    "D02": Text(
        "dois sinais de menos",
        "um menos entrou no gradiente e outro na atualização, e os dois se cancelam",
        "O passo sobe, embora a fórmula tenha o sinal de menos.",
        "Conte os sinais de menos entre o erro e o novo peso.",
    ),
    "D03": Text(
        "derivada da ativação esquecida",
        "a derivada da ativação foi esquecida",
        "O gradiente em relação à pré-ativação é igual ao gradiente em relação à saída.",
        "Quanto a saída varia quando a pré-ativação dela varia um pouco?",
    ),
    "D04": Text(
        "derivada a mais",
        "com esta função de perda a derivada da ativação se cancela, e ela foi multiplicada de novo",
        "O valor é o certo vezes a derivada da ativação.",
        "Derive primeiro a perda em relação à saída, depois multiplique pela derivada da ativação: o que se cancela?",
        "∂L/∂a = (y − t) ⊙ σ′(a) com a entropia cruzada",
    ),
    "D05": Text(
        "cancelada onde não se cancela",
        "y − t é a regra da entropia cruzada; com esta função de perda a derivada da ativação não se cancela",
        "O valor é o erro como está, sem a derivada da ativação.",
        "Com quais funções de perda a derivada da ativação se cancela?",
        "∂L/∂a = y − t com o erro quadrático",
    ),
    "D06": Text(
        "derivada calculada na ativação",
        "a derivada foi calculada na ativação em vez da pré-ativação",
        "As derivadas da sigmoide ficam todas entre 0,19 e 0,25.",
        "Em que número se calcula a derivada, o de antes ou o de depois da função de ativação?",
    ),
    "D07": Text(
        "a(1 − a) como derivada",
        "em σ(1 − σ) foi posta a pré-ativação no lugar da ativação",
        "Uma derivada negativa ou maior que um quarto.",
        "Na fórmula da derivada, multiplica-se o valor de antes ou de depois da sigmoide?",
    ),
    "D08": Text(
        "o erro posto na derivada",
        "o próprio gradiente foi posto na fórmula da derivada",
        "Nem a pré-ativação nem a ativação aparecem.",
        "De que grandeza a derivada da ativação é função?",
    ),
    "D09": Text(
        "metade da derivada",
        "falta um dos dois fatores da derivada",
        "A derivada é só um dos dois fatores.",
        "Quantos fatores tem a derivada de uma sigmoide?",
        "σ′ = y, ou σ′ = 1 − y",
    ),
    "D10": Text(
        "sinal dentro da derivada",
        "os dois fatores da derivada foram combinados com um sinal errado",
        "A derivada cresce onde devia cair.",
        "Em que ponto da curva a sigmoide é mais inclinada, e a sua fórmula diz isso?",
        "y − (1 − y), ou y(1 + y)",
    ),
    "D11": Text(
        "derivada de outra função",
        "a derivada é a de outra função de ativação (tanh no lugar de σ, ou σ no lugar de tanh)",
        "O valor corresponde à derivada da outra função sigmoidal.",
        "Qual é a função de ativação desta camada, e qual é a derivada dela?",
    ),
    "D12": Text(
        "derivada da tanh",
        "não é esta a derivada da tanh",
        "Uma derivada negativa, ou feita com a pré-ativação.",
        "Quanto vale a derivada da tanh em zero?",
        "−tanh², ou 1 − a²",
    ),
    "D13": Text(
        "fator 2 do quadrado",
        "o fator dois do quadrado não combina com o fator na frente da função de perda",
        "O gradiente é o dobro ou a metade do certo.",
        "Derive a função de perda com o fator que o problema dá.",
        "2(y − t) onde a perda tem ½, ou y − t onde não tem",
    ),
    "D14": Text(
        "dividido por n ou m",
        "dividiu-se pelo número de termos uma vez a mais, ou não se dividiu",
        "O gradiente está errado por um fator igual ao número de saídas ou de instâncias.",
        "Por quais números a função de perda divide, e cada um deles aparece uma única vez no gradiente?",
    ),
    "D15": Text(
        "derivada interna y",
        "o interior do quadrado foi derivado como se a derivada dele fosse a própria saída",
        "O gradiente tem a saída como fator a mais.",
        "Qual é a derivada da diferença em relação à saída?",
    ),
    "D16": Text(
        "perda no lugar do gradiente",
        "foi usado o valor da perda onde se precisa da derivada dela",
        "O valor nunca é negativo e diminui com o quadrado do erro.",
        "A back-propagation parte de uma derivada: de quê, e em relação a quê?",
    ),
    "D17": Text(
        "softmax só com a diagonal",
        "só foi usada a diagonal da jacobiana da softmax",
        "As classes que não são o alvo recebem gradiente zero.",
        "Se uma pré-ativação cresce, o que acontece com as outras saídas de uma softmax?",
    ),
    "D18": Text(
        "softmax derivada como sigmoide",
        "a softmax foi derivada elemento a elemento, sem a parte fora da diagonal",
        "Cada elemento usa só a sua própria saída.",
        "Se uma pré-ativação cresce, o que acontece com as outras saídas de uma softmax?",
    ),
    "D19": Text(
        "um subtraído de cada classe",
        "foi subtraído um de cada classe, como se cada uma fosse o alvo",
        "Os gradientes de todas as classes são negativos.",
        "Quanto vale o alvo das classes que não são a certa?",
    ),
    "D20": Text(
        "y(1 − y) como derivada da perda",
        "a derivada da ativação foi tomada como derivada da perda",
        "O alvo não aparece.",
        "Onde o alvo aparece neste gradiente?",
    ),
    "D21": Text(
        "derivada constante ¼",
        "foi usada em toda parte a derivada da sigmoide em zero",
        "Cada derivada vale um quarto.",
        "A derivada muda ao longo da curva: em que ponto ela é necessária aqui?",
    ),
    "D22": Text(
        "menos da regra do quociente",
        "perdeu-se um menos ao derivar a sigmoide",
        "Uma derivada negativa para uma função que cresce.",
        "A sigmoide cresce ou decresce, e então que sinal tem a derivada dela?",
    ),
    "D23": Text(
        "sech no lugar do seu quadrado",
        "a inclinação de tanh foi tomada como 1/cosh, sem o quadrado ou em outro ponto",
        "Grande demais, por um fator igual a 1/cosh.",
        "Como se escreve a inclinação de tanh com cosh?",
    ),
    "D24": Text(
        "logits no lugar das probabilidades",
        "na jacobiana da softmax estão os logits onde vão as probabilidades",
        "As colunas da jacobiana não somam zero.",
        "De que é feita a inclinação da softmax: do que entra ou do que sai?",
    ),
    "D25": Text(
        "ativação de saída pulada",
        "a ativação de saída foi pulada antes de subtrair o alvo",
        "É tão grande quanto a pré-ativação.",
        "O que se compara com o alvo: a predição ou aquilo de que ela é feita?",
    ),
    "D26": Text(
        "produto de outro tipo",
        "foi tomado um produto de matrizes onde se multiplica elemento por elemento, ou o contrário",
        "Os mesmos números se combinam de outro modo.",
        "Aqui cada elemento encontra o seu par, ou uma linha e uma coluna inteiras?",
        "A B no lugar de A ⊙ B",
    ),
    "D27": Text(
        "menos de −t/y perdido",
        "o menos na frente de t/y se perdeu",
        "O número certo com o sinal oposto.",
        "Qual é a derivada de −ln y?",
        "t/y no lugar de −t/y",
    ),
}
