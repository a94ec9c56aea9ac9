package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.nio.file.Path;

/**
 * A format in which another program keeps a whole model (weights, configuration, tokenizer) in one
 * file, so that such a file is a model argument like a folder. Announced to {@link
 * java.util.ServiceLoader} in {@code META-INF/services/dev.pbq.core.checkpoint.ModelFileFormat};
 * {@link UnpackedModel} makes a folder of the small parts, and {@link Checkpoints#open} reads the
 * weights from the file itself.
 *
 * <p>Files are untrusted: whatever is wrong with one ends in a {@link PbqException} of kind
 * BAD_DATA that names the file and the tensor or key, and nothing is allocated by a length that was
 * not checked. Implementations have no state and are used by several threads.
 */
public interface ModelFileFormat {
  /** The name in {@code quant_method} of the folder that {@link #unpack} makes. */
  String name();

  /** The name of the format as it is written in a text, for messages. */
  String title();

  /** Whether a file is of this format, by its first bytes; false if it cannot be read. */
  boolean recognizes(Path file);

  /**
   * Writes configuration and tokenizer of a model into a folder, as a Hugging Face folder holds
   * them. Where no tokenizer can be made that is exactly the model's, {@link #TOKENIZER_REFUSED} is
   * written in its place.
   *
   * @param folder exists and is empty; {@link ModelFolder#WEIGHT_FILE} in its configuration names
   *     the file
   * @throws PbqException BAD_DATA if the file is damaged, or holds a model that pbq cannot run
   */
  void unpack(Path file, Path folder);

  /**
   * Opens the weights; the caller closes them.
   *
   * @param folder what {@link #unpack} made
   * @throws PbqException BAD_DATA if the file is damaged; NOT_FOUND if it is gone
   */
  FileWeights open(ModelFolder folder);

  /** The file of an unpacked folder that says in one line why it has no tokenizer. */
  String TOKENIZER_REFUSED = "tokenizer-refused.txt";
}
