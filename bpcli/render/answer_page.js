"use strict";

/* Answers as `bpcli check` reads them. Every number is kept as the text that was typed. */
const answers = {
  NUMBER: /^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+\/[0-9]+)$/,
  LEADING_ZERO: /^[+-]?0+[0-9]/,

  /* What was typed, without spaces and what cannot be seen; a decimal comma becomes a point. */
  tidy(text) {
    const bare = text.replace(/[\s\p{Cc}\p{Cs}]+/gu, "");
    return /^[^.,]*,[^.,]*$/.test(bare) ? bare.replace(",", ".") : bare;
  },

  isNumber(text) {
    const plain = text.replace(/\u2212/g, "-");
    return answers.NUMBER.test(plain) && !answers.LEADING_ZERO.test(plain);
  },

  /* The texts of one quantity in its shape: nested lists, null for an empty box. */
  laidOut(texts, shape) {
    if (shape.length === 0) {
      return texts[0] || null;
    }
    if (shape.length === 1) {
      return texts.map((text) => text || null);
    }
    const rows = [];
    for (let at = 0; at < texts.length; at += shape[1]) {
      rows.push(texts.slice(at, at + shape[1]).map((text) => text || null));
    }
    return rows;
  },

  /* The answer file. `texts` has what was typed into the boxes of `sheet`, in their order. */
  file(sheet, student, texts) {
    let at = 0;
    const lines = sheet.fields.map((field) => {
      const count = field.shape.reduce((product, length) => product * length, 1);
      const value =
        field.given === null ? answers.laidOut(texts.slice(at, at + count).map(answers.tidy), field.shape) : field.given;
      at += field.given === null ? count : 0;
      return `    ${JSON.stringify(field.id)}: ${JSON.stringify(value)}`;
    });
    const name = student.replace(/[\p{Cc}\p{Cs}]/gu, "").trim();
    const head = [`  "student": ${JSON.stringify(name || null)},`];
    if (sheet.variant) {
      head.unshift(`  "variant": ${JSON.stringify(sheet.variant)},`);
    }
    return `{\n${head.join("\n")}\n  "answers": {\n${lines.join(",\n")}\n  }\n}\n`;
  },

  /* The text with its sign changed. */
  negated(text) {
    const bare = text.trim();
    return /^[-\u2212]/.test(bare) ? bare.slice(1) : `-${bare.replace(/^\+/, "")}`;
  },
};

/* The page around them. */
function start() {
  const sheet = JSON.parse(document.getElementById("sheet").textContent);
  const words = sheet.words;
  const student = document.getElementById("student");
  const status = document.getElementById("status");
  const boxes = [...document.querySelectorAll("input.box")];
  let focused = null;

  function told(sentence, holes) {
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(holes[name]));
  }

  function refresh() {
    let done = 0;
    let odd = 0;
    for (const box of boxes) {
      const text = answers.tidy(box.value);
      const wrong = text !== "" && !answers.isNumber(text);
      done += text !== "" ? 1 : 0;
      odd += wrong ? 1 : 0;
      if (wrong) {
        box.setAttribute("aria-invalid", "true");
      } else {
        box.removeAttribute("aria-invalid");
      }
    }
    const parts = [told(words.answered, { done, total: boxes.length })];
    if (odd > 0) {
      parts.push(told(words.odd, { count: odd }));
    }
    status.textContent = parts.join(" · ");
  }

  /* What was typed stays in this browser; where it may not be kept, the page works without. */
  function keep() {
    try {
      const values = {};
      for (const box of boxes) {
        values[`:${box.name}`] = box.value;
      }
      localStorage.setItem(sheet.key, JSON.stringify({ student: student.value, values }));
    } catch {
      return;
    }
  }

  function restore() {
    try {
      const kept = JSON.parse(localStorage.getItem(sheet.key));
      student.value = student.value || String(kept.student || "");
      for (const box of boxes) {
        box.value = String(kept.values[`:${box.name}`] || "");
      }
    } catch {
      return;
    }
  }

  function save() {
    const text = answers.file(
      sheet,
      student.value,
      boxes.map((box) => box.value),
    );
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = sheet.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    keep();
    status.textContent = told(words.saved, { file: sheet.file });
  }

  function clear() {
    if (window.confirm(words.sure)) {
      for (const box of boxes) {
        box.value = "";
      }
      keep();
      refresh();
    }
  }

  /* Keys that the number pads of telephones lack; the box that is being filled in keeps the focus. */
  function key(name, change) {
    const button = document.getElementById(name);
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      if (focused) {
        change(focused);
        focused.focus();
        keep();
        refresh();
      }
    });
  }

  key("sign", (box) => {
    box.value = answers.negated(box.value);
  });
  key("exponent", (box) => {
    box.setRangeText("e-", box.selectionStart, box.selectionEnd, "end");
  });
  document.getElementById("save").addEventListener("click", save);
  document.getElementById("clear").addEventListener("click", clear);
  student.addEventListener("input", keep);
  boxes.forEach((box, place) => {
    box.addEventListener("focus", () => {
      focused = box;
    });
    box.addEventListener("input", () => {
      keep();
      refresh();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        (boxes[place + 1] || document.getElementById("save")).focus();
      }
    });
  });
  restore();
  refresh();
  document.getElementById("bar").hidden = false;
}

if (typeof document !== "undefined") {
  start();
} else {
  module.exports = answers;
}
