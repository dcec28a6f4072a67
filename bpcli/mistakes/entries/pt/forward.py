"""Erros na propagação para frente."""

from __future__ import annotations

from bpcli.mistakes.model import Text

FORWARD = {
    "F01": Text(
        "pesos transpostos",
        "a matriz de pesos foi usada transposta",
        "Os pesos de uma unidade são lidos ao longo de uma coluna em vez de uma linha; só uma matriz quadrada permite "
        "isso.",
        "Quais pesos levam à primeira unidade? Siga as setas que chegam a ela e compare com a matriz.",
    ),
    "F02": Text(
        "dois pesos trocados",
        "tomado da posição simétrica da matriz",
        "Um só elemento está errado, pela diferença de dois pesos vezes uma entrada.",
        "Confira os índices de cada peso: o primeiro é a unidade a que ele chega, o segundo, a unidade de onde ele "
        "sai.",
        "aᵢ com wⱼᵢ no lugar de wᵢⱼ",
    ),
    "F03": Text(
        "bias esquecido",
        "o bias não foi somado",
        "Cada elemento está errado exatamente pelo bias dele.",
        "A pré-ativação é só a soma ponderada?",
    ),
    "F04": Text(
        "bias de outra camada",
        "foi somado o bias de outra camada",
        "Cada elemento está errado pela diferença de dois bias.",
        "A que camada pertence o bias que você somou?",
    ),
    "F05": Text(
        "bias somado uma vez por entrada",
        "o bias foi somado uma vez para cada entrada",
        "Cada elemento contém o bias tantas vezes quantas são as entradas.",
        "Quantas vezes o bias entra na soma de uma unidade?",
    ),
    "F06": Text(
        "ativação pulada",
        "a função de ativação não foi aplicada",
        "A ativação é igual à pré-ativação.",
        "O que acontece com a soma ponderada antes de ela passar à próxima camada?",
    ),
    "F07": Text(
        "ativação de saída pulada",
        "a função de ativação da camada de saída não foi aplicada",
        "A predição é igual à última pré-ativação.",
        "A camada de saída também tem função de ativação?",
    ),
    "F08": Text(
        "ativação em uma camada linear",
        "foi aplicada uma função de ativação, mas a camada é linear",
        "O valor foi comprimido quando devia passar como está.",
        "Que ativação o problema dá a esta camada?",
        "y = σ(a) em vez de y = a",
    ),
    "F09": Text(
        "sinal no expoente de σ",
        "perdeu-se o menos no expoente da sigmoide",
        "Cada valor é 1 menos o valor certo.",
        "A sigmoide cresce ou decresce com o seu argumento?",
    ),
    "F10": Text(
        "parênteses em σ",
        "os parênteses da sigmoide ficaram no lugar errado",
        "Um valor maior que um, que uma sigmoide não pode ter.",
        "Entre quais dois números fica todo valor de uma sigmoide?",
        "1/(1 + e)⁻ᵃ ou 1/1 + e⁻ᵃ",
    ),
    "F11": Text(
        "outra função de ativação",
        "foi usada outra função de ativação (tanh no lugar de σ, σ ou tan no lugar de tanh)",
        "Os valores correspondem ao argumento certo, mas à curva errada.",
        "Qual é a função de ativação desta camada, e que tecla você apertou?",
        "h = tanh(a) em vez de h = σ(a)",
    ),
    "F12": Text(
        "camada alimentada com a entrada da rede",
        "a camada recebeu a entrada da rede",
        "A camada anterior foi pulada.",
        "O que sai da camada de baixo, e para onde vai?",
    ),
    "F13": Text(
        "camada alimentada com a pré-ativação",
        "a camada recebeu a pré-ativação da camada de baixo em vez da ativação",
        "A camada de baixo perdeu a função de ativação na propagação para frente.",
        "O que passa à próxima camada é o valor antes ou depois da função de ativação?",
    ),
    "F14": Text(
        "sinal de um produto",
        "o sinal de um produto da soma foi trocado",
        "Um só elemento está errado, pelo dobro de um dos seus produtos.",
        "Escreva um a um os produtos deste elemento e olhe os sinais.",
        "aᵢ com + wᵢⱼxⱼ no lugar de − wᵢⱼxⱼ",
    ),
    "F15": Text(
        "softmax não normalizada",
        "as exponenciais não foram divididas pela soma delas",
        "As saídas não somam um.",
        "Quanto deve dar a soma das saídas de uma softmax?",
    ),
    "F16": Text(
        "sigmoide no lugar da softmax",
        "cada saída passou por uma sigmoide própria",
        "As saídas não somam um, e cada uma depende de uma só pré-ativação.",
        "Uma saída da softmax depende de uma só pré-ativação ou de todas?",
    ),
    "F17": Text(
        "lado negativo da ReLU",
        "um número negativo não virou 0, como faz a ReLU",
        "Só estão errados os elementos com pré-ativação negativa.",
        "Qual é o maior entre zero e um número negativo?",
        "h = |a|, ou a inclinação de uma leaky ReLU",
    ),
    "F18": Text(
        "vírgula deslocada",
        "a vírgula ficou no lugar errado",
        "Os dígitos estão certos, mas a vírgula está deslocada.",
        "Estime o tamanho do resultado antes de calculá-lo.",
        "valor · 10ᵏ",
    ),
    "F19": Text(
        "arredondado cedo demais",
        "os resultados intermediários foram arredondados antes de serem usados",
        "O valor decorre exatamente de valores anteriores arredondados, e só os últimos dígitos estão errados.",
        "Guarde mais dígitos durante o cálculo e arredonde só o que você escreve.",
        "f(entradas arredondadas)",
    ),
    "F20": Text(
        "calculadora: o número e, ou graus",
        "a calculadora estava em graus, ou o número e foi multiplicado em vez de elevado a uma potência",
        "O valor corresponde a uma fórmula que não está em livro nenhum.",
        "Confira o modo da calculadora e como você digitou a exponencial.",
    ),
    "F21": Text(
        "um dado lido errado",
        "um dado do problema foi lido como outro número",
        "O passo dá certo exatamente se um só dado for outro número.",
        "Compare cada número usado com o enunciado.",
        "o passo com outro número no lugar de um dado",
    ),
    "F22": Text(
        "entradas em outra ordem",
        "as entradas deste passo foram tomadas em outra ordem",
        "Os pesos certos encontram as entradas erradas.",
        "Qual peso pertence a qual entrada?",
    ),
    "F23": Text(
        "viés subtraído",
        "o viés foi subtraído em vez de somado",
        "Cada elemento erra pelo dobro do seu viés.",
        "Com que sinal entra o viés?",
    ),
    "F24": Text(
        "expoente lembrado errado",
        "a exponencial tem outro expoente, ou outra base",
        "Um valor do tipo certo, de um expoente dobrado, pela metade ou com uma base arredondada.",
        "Escreva a ativação com as suas exponenciais e compare com a definição.",
    ),
    "F25": Text(
        "dois deslizes juntos",
        "dois deslizes se juntaram neste passo",
        "Nenhum deslize sozinho explica o número, dois comuns juntos explicam.",
        "Refaça este passo, uma operação de cada vez.",
        "duas das fórmulas erradas de sempre, uma dentro da outra",
    ),
}
