"""Erros nos gradientes em relação a pesos e bias."""

from __future__ import annotations

from bpcli.mistakes.model import Text

WEIGHTS = {
    "G01": Text(
        "produto externo transposto",
        "o produto externo está transposto",
        "Os números certos, espelhados na diagonal.",
        "Que elemento pertence ao peso que vai da segunda unidade de baixo à primeira desta camada?",
    ),
    "G02": Text(
        "elemento a elemento em vez do produto externo",
        "delta e ativação foram multiplicados elemento a elemento onde cabe o produto externo",
        "Há tantos números diferentes quantas são as unidades, e não quantos são os pesos.",
        "Cada peso tem o seu gradiente: quantos produtos são?",
    ),
    "G03": Text(
        "ativação desta camada",
        "foi usada a ativação desta própria camada em vez da ativação da camada de baixo",
        "As linhas são múltiplos da saída da camada.",
        "O que o peso multiplicou na propagação para frente?",
    ),
    "G04": Text(
        "pré-ativação de baixo",
        "foi usada a pré-ativação da camada de baixo em vez da ativação",
        "As linhas são múltiplos dos valores de antes da função de ativação.",
        "Na propagação para frente, o peso multiplicou o valor de antes ou de depois da função de ativação?",
    ),
    "G05": Text(
        "valores de outra camada",
        "foram usados os valores de outra camada (a entrada da rede, ou uma camada mais acima)",
        "As linhas são múltiplos de valores que esta camada nunca recebe.",
        "Que valores entraram nesta camada na propagação para frente?",
    ),
    "G06": Text(
        "multiplicado pelo peso",
        "o gradiente foi multiplicado pelo peso",
        "Cada elemento tem o próprio peso como fator a mais.",
        "Derive w·h em relação a w: sobra w?",
    ),
    "G07": Text(
        "ativação esquecida",
        "faltou multiplicar pela ativação da camada de baixo",
        "Cada linha tem sempre o mesmo número.",
        "Dois pesos de uma unidade vêm de unidades diferentes: por que os gradientes deles seriam iguais?",
    ),
    "G08": Text(
        "gradiente do bias nulo",
        "o gradiente em relação ao bias foi tomado como zero",
        "Zeros, como se a perda não dependesse do bias.",
        "O que acontece com a pré-ativação quando o bias varia um pouco?",
    ),
    "G09": Text(
        "gradiente do bias vezes um valor",
        "o gradiente em relação ao bias foi multiplicado por uma ativação ou pelo bias",
        "O bias é tratado como um peso.",
        "O que o bias multiplica na propagação para frente?",
        "∂L/∂b = δ ⊙ h, ou δ ⊙ b",
    ),
    "G10": Text(
        "bias de uma camada somados",
        "os gradientes das unidades foram somados embora cada uma tenha o seu bias (ou não foram somados para um bias "
        "compartilhado)",
        "Todos os bias têm o mesmo gradiente, ou um bias compartilhado tem o de uma só unidade.",
        "A quantas unidades serve aqui um mesmo bias?",
    ),
    "G11": Text(
        "gradiente do bias dividido de novo",
        "do gradiente em relação ao bias foi feita a média sobre as instâncias, onde cabe a soma",
        "O gradiente em relação ao bias é menor que o certo por um fator igual ao número de instâncias.",
        "A média sobre as instâncias já foi feita?",
    ),
    "G12": Text(
        "soma no lugar da média do lote",
        "os gradientes das instâncias foram somados onde se pede a média deles (ou o contrário)",
        "O gradiente está errado por um fator igual ao número de instâncias.",
        "A função de custo do lote é uma soma ou uma média?",
        "∂L/∂W = Σᵢ δᵢ hᵢᵀ sem 1/m",
    ),
    "G13": Text(
        "dividido duas vezes por m",
        "dividiu-se duas vezes pelo número de instâncias",
        "O gradiente é menor que o certo por um fator igual ao número de instâncias.",
        "Em que passo entra a média sobre as instâncias, e ela entra de novo?",
        "(1/m) δ hᵀ com 1/m já em δ",
    ),
    "G14": Text(
        "uma só instância",
        "foi usada uma só instância do lote",
        "O gradiente é o da primeira ou o da última instância.",
        "Sobre quais instâncias se calcula o gradiente do lote?",
    ),
    "G15": Text(
        "weight decay errado",
        "a parte da regularização foi deixada de fora ou tem um fator errado",
        "O gradiente está errado por um múltiplo dos pesos.",
        "Derive o termo de regularização como o problema o dá, com o fator.",
        "∂J/∂W = δ hᵀ sem λW",
    ),
    "G16": Text(
        "bias regularizado",
        "o bias recebeu um termo de regularização, embora não seja regularizado",
        "O gradiente em relação ao bias está errado por um múltiplo do bias.",
        "Sobre quais parâmetros age a regularização?",
    ),
    "G17": Text(
        "gradiente da passada anterior",
        "o gradiente da passada anterior não foi zerado, e o novo foi somado a ele",
        "O valor é a soma dos gradientes de duas passadas.",
        "De que valor deve partir um gradiente antes de uma nova propagação para trás?",
        "g + g_anterior",
    ),
    "G18": Text(
        "derivada da saída",
        "esta é a derivada da saída, não da perda",
        "Nem o alvo nem a perda aparecem.",
        "Pede-se a variação de que grandeza, da saída ou da perda?",
    ),
    "G19": Text(
        "peso no lugar da entrada",
        "o peso está no lugar da entrada",
        "Onde o peso é grande o gradiente também é, qualquer que seja a entrada.",
        "Por que se multiplica um peso na propagação direta?",
        "δ W no lugar de δ xᵀ",
    ),
    "G20": Text(
        "dividido por outra contagem",
        "foi dividido pelo número de atributos, por uma soma de entradas ou por outra contagem",
        "Pequeno demais, por um número inteiro que não é o de instâncias.",
        "Sobre o que se tira a média, se é que se tira?",
    ),
    "G21": Text(
        "um simples fator",
        "é um simples múltiplo do valor certo",
        "Todos os elementos erram pelo mesmo pequeno fator.",
        "Procure um fator contado vezes demais, ou perdido.",
        "2, 3, 4, ½ ou ¼ vezes o valor",
    ),
    "G22": Text(
        "entrada ao quadrado",
        "a entrada aparece ao quadrado",
        "Os elementos de entradas grandes são grandes demais, e o sinal da entrada já não conta.",
        "Quantas vezes entra a entrada na soma ponderada?",
    ),
    "G23": Text(
        "uma instância esquecida",
        "uma instância do lote ficou fora da soma",
        "Falta exatamente a parte de uma instância.",
        "Passe as instâncias uma a uma: estão todas na soma?",
        "Σ sobre todas as instâncias menos uma",
    ),
    "G24": Text(
        "não somado sobre as instâncias",
        "há uma linha para cada instância: não foram somadas",
        "Tantas linhas quantas são as instâncias.",
        "Que forma tem um gradiente?",
        "δᵢ hᵢ para cada i, no lugar da sua soma",
    ),
}
