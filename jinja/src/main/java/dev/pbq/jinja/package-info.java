/**
 * An interpreter of the Jinja templates that language models' tokenizers bring, as Hugging Face
 * transformers renders them, byte for byte. What it cannot render exactly it refuses by name and
 * line. {@link dev.pbq.jinja.JinjaTemplate} is the way in. Imports nothing of pbq and no library.
 *
 * <p>Values are Java's: null (none), Boolean, Long, Double, String, List, Map with insertion order,
 * and the classes of this package. A text counts in code points, as in Python.
 */
package dev.pbq.jinja;
