"""Erros do que as camadas densas não têm: tempo, janelas, atenção, estatísticas, atalhos, máscaras."""

from __future__ import annotations

from bpcli.mistakes.model import Text

STRUCTURE = {
    "T01": Text(
        "cadeia cortada",
        "do instante seguinte não voltou nada",
        "Certo só no último instante.",
        "Quem usa o estado deste instante?",
        "δ_t sem o que vem de t + 1",
    ),
    "T02": Text(
        "um só instante",
        "o gradiente dos pesos compartilhados é o de um só instante",
        "Um só termo da soma no tempo.",
        "Quantas vezes estes pesos são usados?",
        "∂L/∂W do instante T no lugar da soma",
    ),
    "T03": Text(
        "estado depois no lugar do de antes",
        "está o estado do mesmo instante onde vai o do instante anterior",
        "Erra por um instante.",
        "Por qual estado se multiplicam os pesos recorrentes?",
        "δ_t h_tᵀ no lugar de δ_t h_(t−1)ᵀ",
    ),
    "T04": Text(
        "perda própria esquecida",
        "foi esquecido o que vem da perda do próprio instante",
        "Certo onde um instante não tem perda própria.",
        "Por quais dois caminhos o estado age sobre a perda?",
        "só o que volta de t + 1",
    ),
    "C01": Text(
        "kernel invertido",
        "o kernel foi invertido onde não é, ou não invertido na volta",
        "Certo para um kernel igual nos dois sentidos.",
        "Qual elemento do kernel encontra o primeiro elemento da janela?",
        "x ∗ K invertido",
    ),
    "C02": Text(
        "padding ou stride ignorados",
        "o padding ou o stride não foi levado em conta",
        "Um mapa de outro tamanho.",
        "De que tamanho é o mapa, e onde começa cada janela?",
        "janelas sem zeros em volta, ou de uma casa por vez",
    ),
    "C03": Text(
        "gradiente nas células erradas",
        "o gradiente de uma célula de pooling foi para todas as células, ou a sua parte foi esquecida",
        "Números onde vão zeros, ou grandes demais pelo tamanho da janela.",
        "De qual célula da janela veio o número?",
        "∂L/∂h copiado na janela inteira",
    ),
    "C04": Text(
        "não somado sobre o mapa",
        "o gradiente de um viés não foi somado sobre o mapa",
        "Um mapa onde se pede um número.",
        "Quantas células do mapa um viés move?",
        "δ no lugar de Σ δ",
    ),
    "A01": Text(
        "ao longo das colunas",
        "a softmax foi tomada ao longo das colunas em vez das linhas",
        "As colunas somam um, e as linhas não.",
        "Para qual token os pesos somam um?",
        "softmax de cada coluna",
    ),
    "A02": Text(
        "fator de escala esquecido",
        "o fator 1/√d foi esquecido, ou tem outro tamanho",
        "Pontuações grandes demais por uma raiz.",
        "Por que se dividem as pontuações?",
    ),
    "A03": Text(
        "consultas, chaves e valores",
        "as chaves não foram transpostas, ou consultas, chaves e valores trocaram de lugar",
        "Os números certos, nas linhas e colunas uns dos outros.",
        "Qual token pergunta, e qual responde?",
        "K Qᵀ, Q K, Q Vᵀ no lugar de Q Kᵀ",
    ),
    "A04": Text(
        "diagonal da softmax",
        "da jacobiana de cada linha foi usada só a diagonal",
        "Os gradientes de uma linha não somam zero.",
        "Uma pontuação muda também os outros pesos da sua linha?",
    ),
    "N01": Text(
        "outro desvio",
        "a variância foi dividida por n − 1, ou não está sob a raiz, ou ε está fora dela",
        "Todos os números normalizados erram pelo mesmo fator.",
        "Por que se divide a distância da média?",
    ),
    "N02": Text(
        "ganho esquecido",
        "o ganho γ foi esquecido",
        "Certo onde o ganho é um.",
        "O que acontece com os números normalizados antes de seguir?",
        "n no lugar de γ ⊙ n",
    ),
    "R01": Text(
        "atalho",
        "o atalho do bloco residual foi esquecido, ou contado duas vezes",
        "Erra exatamente pelo gradiente que entra.",
        "Por quais dois caminhos x chega à soma?",
        "o gradiente das camadas sem o de x",
    ),
    "P01": Text(
        "máscara esquecida",
        "a máscara, ou o fator 1/keep, foi esquecida",
        "Números onde vão zeros, ou todos errados por keep.",
        "Quais unidades participam, e por que são multiplicadas?",
        "h no lugar de h ⊙ máscara/keep",
    ),
}
