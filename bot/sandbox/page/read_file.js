/* A file that was chosen or dropped, as the control API wants it: base64 keeps every byte as it is. */

/** Answers {name, content_base64}. */
export function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    const read = () => resolve({ name: file.name, content_base64: reader.result.split(",")[1] ?? "" });
    reader.addEventListener("load", read);
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

/** How many bytes a base64 text holds. */
export const bytesIn = (text) => (text.length / 4) * 3 - /=*$/.exec(text.slice(-2))[0].length;
