package dev.pbq.core.checkpoint;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tensors of a checkpoint that are no part of the model.
 *
 * @param names in the checkpoint's order
 */
public record UnknownTensors(List<String> names) {
  private static final Logger LOG = LoggerFactory.getLogger(UnknownTensors.class);

  /** How many names a message lists before it only counts. */
  private static final int LISTED = 4;

  /** Masks, tables and the like that old files hold and that follow from the configuration. */
  private static final Pattern BUFFERS =
      Pattern.compile(
          ".*(attn|attention)\\.(bias|masked_bias)|.*rotary_emb\\.inv_freq|.*position_ids"
              + "|(.*\\.)?(lm_head|embed_out)\\.weight");

  public UnknownTensors {
    names = List.copyOf(names);
  }

  /**
   * The tensors that a model does not know; known buffers are passed over.
   *
   * @param known names that the model gives its tensors
   * @param stored names of a checkpoint's tensors
   */
  public static UnknownTensors of(Collection<String> known, Collection<String> stored) {
    Set<String> unknown = new LinkedHashSet<>(stored);
    Set<String> held = new HashSet<>(stored);
    known.forEach(name -> TensorNames.resolve(name, held::contains).ifPresent(unknown::remove));
    return new UnknownTensors(
        unknown.stream().filter(name -> !BUFFERS.matcher(name).matches()).toList());
  }

  /**
   * Says in the log that these tensors are not run.
   *
   * @param where the model's folder
   */
  public void tell(String where) {
    if (!names.isEmpty()) {
      int more = names.size() - LISTED;
      LOG.warn(
          "{}: {} tensors are no part of the model, and are carried along without being run: {}{}",
          where,
          names.size(),
          names.stream()
              .limit(LISTED)
              .map(TensorNames::printable)
              .collect(Collectors.joining(", ")),
          more > 0 ? " and " + more + " others" : "");
    }
  }
}
