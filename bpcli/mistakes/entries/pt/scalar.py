"""Erros em grafos de operações escalares."""

from __future__ import annotations

from bpcli.mistakes.model import Text

__all__ = ["SCALAR"]

SCALAR = {
    "S01": Text(
        "um caminho esquecido em uma bifurcação",
        "o valor é usado mais de uma vez, e um dos seus caminhos foi esquecido",
        "A diferença é exatamente o que volta pelo outro caminho.",
        "Conte os lugares onde este valor é usado: cada um manda algo de volta.",
        "∂L/∂u = só um dos seus termos",
    ),
    "S02": Text(
        "caminho contado duas vezes",
        "um caminho foi contado mais de uma vez",
        "O valor é grande demais por um dos seus termos, ou dobra a cada bifurcação.",
        "Todos os usos do valor estão completos antes de você descer mais?",
        "∂L/∂u = termo + 2·termo",
    ),
    "S03": Text(
        "caminhos multiplicados",
        "os caminhos foram multiplicados em vez de somados",
        "O valor é o produto do que volta pelos caminhos.",
        "Ao longo de um caminho se multiplica; o que se faz com vários caminhos?",
        "∂L/∂u = termo · termo",
    ),
    "S04": Text(
        "derivada do produto",
        "a derivada do produto é outra: é o outro fator",
        "A derivada local é o próprio fator, ou um, ou a soma dos fatores.",
        "Se o primeiro fator cresce um pouco, quanto cresce o produto?",
        "∂(ab)/∂a = a, 1, ou a + b",
    ),
    "S05": Text(
        "x·x contado uma vez",
        "os dois fatores são o mesmo valor, que foi contado uma vez só",
        "O valor é a metade do certo.",
        "Quantas vezes o valor aparece no produto?",
    ),
    "S06": Text(
        "derivada da potência",
        "a potência foi derivada de forma errada",
        "O expoente não desceu, ou não diminuiu.",
        "Desça o expoente e diminua-o de um: o que sobra?",
        "∂x²/∂x = x, 2, ou 2x²",
    ),
    "S07": Text(
        "menos do oposto",
        "perdeu-se o menos do oposto",
        "O sinal está invertido.",
        "Se o valor cresce, o oposto dele cresce ou cai?",
    ),
    "S08": Text(
        "menos da diferença",
        "o segundo número de uma diferença conta com um menos",
        "O sinal está invertido.",
        "Se o que se subtrai cresce, a diferença cresce ou cai?",
    ),
    "S09": Text(
        "menos da regra do quociente",
        "perdeu-se o menos da regra do quociente",
        "O sinal está invertido.",
        "Se o denominador cresce, o quociente cresce ou cai?",
    ),
    "S10": Text(
        "derivada em relação ao denominador",
        "a derivada em relação ao denominador perdeu o quadrado ou o numerador",
        "O denominador não está ao quadrado, ou o numerador sumiu.",
        "Escreva o quociente como produto com uma potência e derive.",
        "∂(a/b)/∂b = −a/b, 1/b², ou −1/b²",
    ),
    "S11": Text(
        "derivada em relação ao numerador",
        "a derivada em relação ao numerador é um sobre o denominador",
        "Multiplicou-se pelo denominador, ou o valor passou como estava.",
        "Se o numerador cresce um, quanto cresce o quociente?",
        "∂(a/b)/∂a = b, ou 1",
    ),
    "S12": Text(
        "derivada de exp",
        "a exponencial é a sua própria derivada; ela foi tratada como uma potência",
        "O argumento aparece como fator.",
        "Que função é a sua própria derivada?",
        "∂eˣ/∂x = x·eˣ⁻¹, ou x",
    ),
    "S13": Text(
        "derivada do logaritmo",
        "a derivada do logaritmo é um sobre o seu argumento",
        "O próprio logaritmo ainda aparece, ou o argumento está no numerador.",
        "Quão depressa cresce um logaritmo onde o argumento é grande?",
        "∂ln x/∂x = 1/ln x, ln x/x, ou x",
    ),
    "S14": Text(
        "base do logaritmo",
        "o fator da base do logaritmo foi esquecido",
        "O valor está errado por um fator igual ao logaritmo natural da base.",
        "Escreva primeiro o logaritmo como quociente de logaritmos naturais.",
    ),
    "S15": Text(
        "derivada local calculada na saída",
        "a derivada local foi calculada na saída do nó em vez da entrada",
        "A função foi aplicada uma vez a mais.",
        "Em que valor se calcula a derivada do nó?",
        "f′(f(x)) no lugar de f′(x)",
    ),
    "S16": Text(
        "gradiente do filho esquecido",
        "esta é só a derivada local: faltou multiplicar pelo gradiente que vem do nó seguinte",
        "O valor não depende de nada do que vem depois.",
        "O que o nó seguinte manda de volta, e o que você faz com isso?",
    ),
    "S17": Text(
        "derivada local esquecida",
        "o que vem do nó seguinte passou sem a derivada local",
        "O valor é igual ao gradiente do nó seguinte.",
        "O que este nó faz com uma pequena variação na propagação para frente?",
    ),
    "S18": Text(
        "partida diferente de um",
        "a propagação para trás não partiu de um",
        "Tudo é zero, ou tem a saída como fator.",
        "Quanto varia a saída quando a saída varia um?",
        "∂L/∂L = 0, ou L",
    ),
    "S19": Text(
        "a soma divide o gradiente",
        "o gradiente foi dividido entre as parcelas; cada uma delas o recebe inteiro",
        "Cada parcela tem a metade do que devia ter.",
        "Se uma parcela cresce um, quanto cresce a soma?",
    ),
    "S20": Text(
        "produto tratado como máximo",
        "o gradiente inteiro foi para o maior fator, como em um máximo",
        "Um dos fatores tem gradiente zero.",
        "Um produto muda quando o seu menor fator muda?",
        "∂(ab)/∂a = 1 se a é o maior, senão 0",
    ),
    "S21": Text(
        "nós na ordem errada",
        "o nó foi visitado antes que algo tivesse voltado a ele",
        "Zeros em toda parte, menos ao lado da saída.",
        "Em que ordem se visitam os nós para que tudo já tenha chegado?",
    ),
    "S22": Text(
        "multiplicado pelo valor",
        "o gradiente foi multiplicado pelo próprio valor do nó",
        "O valor do nó é um fator do seu gradiente.",
        "O gradiente de um valor contém aqui o próprio valor?",
    ),
    "S23": Text(
        "gradiente de outra grandeza",
        "este é o gradiente em relação a outra grandeza",
        "O número certo, na linha errada.",
        "Em relação a que grandeza se pede o gradiente?",
        "∂L/∂x onde se pede ∂L/∂w",
    ),
    "S24": Text(
        "escrito por aresta",
        "isto é o que volta por uma só aresta; as arestas de uma entrada se somam",
        "Há um número para cada uso em vez da soma deles.",
        "Uma entrada usada várias vezes tem um só gradiente: qual?",
        "∂L/∂x = só um dos seus termos",
    ),
}
