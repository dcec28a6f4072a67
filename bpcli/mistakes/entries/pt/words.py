"""As frases de um diagnóstico e as palavras do catálogo."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "formula": "você escreveu {given}; {formula} dá {value}: {cause}",
        "plain": "você escreveu {given}, e este erro dá {value}: {cause}",
        "earlier": "você escreveu {given}; com {formula} para {quantity} o resultado é {value}: {cause}",
        "earlier.plain": "você escreveu {given}; com um erro em {quantity} o resultado é {value}: {cause}",
        "misread": "você escreveu {given_numbers}: dá certo se {quantity} for {number}, mas o dado é {given}",
        "unwritten": "você escreveu {given_numbers}, o que está certo para {quantity} = {number}",
        "multiple": "você escreveu {given_numbers}, que é {factor} vezes o valor certo",
        "two": "você escreveu {given_numbers}: {first}, e {second}",
        "shaped": "estes são os números de {formula}: {cause}",
        "shaped.plain": "{cause}",
        "some": "{where}: {sentence}",
        "true": "{sentence} (calculado a partir dos valores anteriores certos)",
        "factor": "{sentence}, e além disso está multiplicado por {factor}",
        "convention": "{sentence}; com outra convenção estaria certo",
        "entry": "elemento {place}",
        "entries": "elementos {place}",
        "among": "{count} elementos",
    }
)

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "F": "Propagação para frente",
        "L": "Função de perda",
        "D": "Na saída",
        "G": "Gradientes em relação a pesos e bias",
        "B": "A volta através de uma camada",
        "U": "Atualização",
        "S": "Grafos de operações escalares",
        "T": "Através do tempo",
        "C": "Convolução e pooling",
        "A": "Atenção",
        "N": "Normalização",
        "R": "Atalhos",
        "P": "Dropout",
        "X": "Os números, qualquer que seja a fórmula",
    }
)

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "list.title": "{count} erros",
        "list.found": "{count} erros com “{sought}”",
        "list.how": "bpcli mistakes ID mostra um deles com um exemplo resolvido.",
        "id": "id",
        "mistake": "erro",
        "formula": "fórmula errada",
        "convention": "ou uma convenção",
        "wrong": "Fórmula errada:",
        "what": "O que aconteceu:",
        "looks": "Como reconhecer:",
        "hint": "Uma dica para o estudante:",
        "note.convention": "Muitas vezes não é um erro, e sim outra convenção: veja o que o problema declara.",
        "example": "Exemplo",
        "example.where": "De: {title}",
        "right": "Certo:",
        "mistaken": "Com o erro:",
        "sources": "Visto em:",
        "sources.none": "a experiência de quem corrige.",
    }
)
