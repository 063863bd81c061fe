// Answers one JSON line for each on standard input: what a converter makes of a text, or why it makes nothing of it.
const path = require("path");
const from = (name) => require(path.join(process.argv[2], "node_modules", name));
const converters = {
  composerize: (text) => from("composerize")(text, null, "latest", 2),
  decomposerize: (text) => from("decomposerize")(text),
};
console.error = console.warn = () => {};
for (const line of require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { converter, text } = JSON.parse(line);
  try {
    process.stdout.write(JSON.stringify({ text: converters[converter](text) }) + "\n");
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: String(error) }) + "\n");
  }
}
