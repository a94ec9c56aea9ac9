package dev.pbq.export;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorNames;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What the layouts of other programs have in common. */
public final class ForeignLinears {
  private ForeignLinears() {}

  /**
   * The linears that have a tensor of some name, in a folder whose configuration names the method;
   * the names of tensors alone do not tell one method from another.
   *
   * @param method {@code quant_method}
   * @param part the tensor's name behind the linear's
   * @return in natural order; empty if the folder is of another method
   */
  public static Set<String> with(
      String method, String part, ModelFolder folder, Checkpoint stored) {
    Set<String> linears = new TreeSet<>(TensorNames.NATURAL_ORDER);
    if (folder.quantMethod().filter(method::equals).isPresent()) {
      String suffix = "." + part;
      for (String name : stored.names()) {
        if (name.endsWith(suffix)) {
          linears.add(name.substring(0, name.length() - suffix.length()));
        }
      }
    }
    return linears;
  }

  /**
   * Requires one value of a key of {@code quantization_config}, where it is given.
   *
   * @throws PbqException BAD_DATA naming the key
   */
  public static void require(ModelFolder folder, String key, String only) {
    JsonNode value = folder.quantizationConfig().path(key);
    if (!value.isMissingNode() && !value.isNull() && !value.asText().equalsIgnoreCase(only)) {
      throw unsupported(folder, key, value, only);
    }
  }

  /** A failure that names a key of {@code quantization_config}. */
  public static PbqException unsupported(
      ModelFolder folder, String key, JsonNode value, String read) {
    return PbqException.badData(
        folder.path()
            + ": "
            + key
            + " "
            + TensorNames.printable(value.isMissingNode() ? "missing" : value.toString())
            + " in quantization_config is not read; pbq reads "
            + read);
  }

  /**
   * Columns that share a scale, from how many groups there are.
   *
   * @param stated {@code group_size} of the configuration, for groups that do not divide the
   *     columns
   */
  public static Optional<Integer> groupSize(int cols, int groups, int stated) {
    if (groups >= 1 && cols % groups == 0) {
      return Optional.of(cols / groups);
    }
    return stated >= 1 && stated <= cols && (cols - 1) / stated + 1 == groups
        ? Optional.of(stated)
        : Optional.empty();
  }
}
