"""Erros na volta através de uma camada."""

from __future__ import annotations

from bpcli.mistakes.model import Text

THROUGH = {
    "B01": Text(
        "pesos não transpostos",
        "os pesos foram usados sem transpor",
        "Só uma matriz quadrada permite isso.",
        "Quais pesos saem da primeira unidade? Siga as setas para trás.",
    ),
    "B02": Text(
        "pesos já atualizados",
        "os pesos foram atualizados antes de o erro voltar através deles",
        "O valor está errado por pouco, mais ou menos a taxa de aprendizado vezes o gradiente.",
        "Com quais pesos foi feita a propagação para frente?",
    ),
    "B03": Text(
        "um só caminho",
        "foi seguido só um dos caminhos até as unidades da camada seguinte",
        "Cada elemento é uma das parcelas do elemento certo.",
        "A quantas unidades da camada seguinte esta unidade manda o próprio valor?",
    ),
    "B04": Text(
        "só a primeira unidade de cima",
        "foi seguido só o caminho até a primeira unidade de cima",
        "Só aparece a primeira linha dos pesos.",
        "A quantas unidades de cima esta unidade manda o seu valor?",
    ),
    "B05": Text(
        "média dos caminhos",
        "foi feita a média dos caminhos em vez da soma",
        "O valor é menor que o certo por um fator igual ao número de unidades de cima.",
        "O que a regra da cadeia faz com vários caminhos?",
    ),
    "B06": Text(
        "caminhos multiplicados",
        "os caminhos foram multiplicados em vez de somados",
        "O valor é o produto das parcelas.",
        "O que a regra da cadeia faz com vários caminhos?",
    ),
    "B07": Text(
        "pesos esquecidos",
        "faltou multiplicar pelos pesos na volta",
        "Todas as unidades de baixo recebem o mesmo gradiente.",
        "Quanto varia a unidade de cima quando esta varia?",
    ),
    "B08": Text(
        "erro bruto no lugar de delta",
        "voltou o gradiente ainda não multiplicado pela derivada da ativação",
        "A derivada da camada de cima não aparece.",
        "Por onde passa o gradiente antes de chegar aos pesos?",
    ),
    "B09": Text(
        "pesos de outra camada",
        "foram usados os pesos de outra camada",
        "Os pesos usados não levam desta camada à camada de cima.",
        "Por quais pesos passou este valor na propagação para frente?",
    ),
    "B10": Text(
        "coluna de bias incluída",
        "a coluna de bias ficou na matriz, e cada elemento andou uma posição",
        "O primeiro elemento pertence ao bias, e cada um dos outros, ao seu vizinho.",
        "Um bias tem entradas para as quais o gradiente deva voltar?",
    ),
    "B11": Text(
        "repartido na proporção dos pesos",
        "o erro foi repartido na proporção dos pesos",
        "A soma dos elementos é a soma do que veio de cima.",
        "A regra da cadeia divide pela soma dos pesos?",
    ),
    "B12": Text(
        "derivada oculta esquecida",
        "a derivada da ativação da camada oculta foi esquecida",
        "O gradiente em relação à pré-ativação é igual ao gradiente em relação à ativação.",
        "As unidades ocultas também têm função de ativação: onde está a derivada dela?",
    ),
    "B13": Text(
        "derivada oculta no ponto errado",
        "a derivada da ativação da camada oculta foi calculada no valor errado",
        "A derivada é feita com a pré-ativação, ou a função de ativação foi aplicada duas vezes.",
        "Em que número se calcula a derivada, o de antes ou o de depois da função de ativação?",
        "a(1 − a), ou σ′(h)",
    ),
    "B14": Text(
        "derivada de outra camada",
        "foi usada a derivada da ativação de outra camada",
        "As derivadas são as da camada de cima.",
        "Em que pré-ativação se calcula a derivada?",
    ),
    "B15": Text(
        "máscara da ReLU pelo gradiente",
        "foi o sinal do gradiente que decidiu quais unidades o deixam passar",
        "Os gradientes negativos viraram zero.",
        "O sinal de que grandeza decide se uma ReLU está ativa?",
    ),
    "B16": Text(
        "derivada da ReLU em zero",
        "a derivada da ReLU em zero foi tomada por outra convenção",
        "Só diferem as unidades que estão exatamente em zero.",
        "Que derivada em zero o problema declara?",
        "ReLU′(0) = 1 onde se declara 0",
    ),
    "B17": Text(
        "valor da ReLU no lugar da derivada",
        "foi usado o valor da ReLU no lugar da sua derivada",
        "O gradiente tem a ativação como fator a mais.",
        "Quanto vale a derivada de uma ReLU onde ela está ativa?",
        "ReLU′(a) = a se a > 0",
    ),
    "B18": Text(
        "delta já usado",
        "foi reusado um valor anterior: a derivada duas vezes, ou o delta de outra instância",
        "O valor tem a derivada duas vezes, ou está na instância errada.",
        "O número de que você partiu é deste passo ou do anterior?",
        "δ ⊙ σ′(a) com σ′ já em δ",
    ),
    "B19": Text(
        "gradiente no lugar dos pesos",
        "foi usado o gradiente dos pesos no lugar dos pesos",
        "Pequeno demais por muito, como são os gradientes.",
        "Através do que um gradiente volta: dos pesos ou do gradiente deles?",
        "(∂L/∂W)ᵀ δ no lugar de Wᵀ δ",
    ),
    "B20": Text(
        "saída no lugar de δ",
        "a saída voltou no lugar do gradiente",
        "O sinal e o tamanho são os de uma ativação.",
        "O que volta através dos pesos?",
        "Wᵀ y no lugar de Wᵀ δ",
    ),
    "B21": Text(
        "viés na volta",
        "na volta foi somado o viés, ou os pesos perderam o sinal",
        "Erra por um viés, ou está certo onde os pesos são positivos.",
        "O viés participa da volta?",
    ),
}
