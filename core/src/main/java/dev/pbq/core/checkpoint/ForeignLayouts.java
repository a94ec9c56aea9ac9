package dev.pbq.core.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The layouts of other programs that can be read.
 *
 * @param all the layouts, the first of which wins where several fit
 */
record ForeignLayouts(List<ForeignLayout> all) {
  ForeignLayouts {
    all = List.copyOf(all);
  }

  /** Those on the class path. */
  static ForeignLayouts load() {
    return new ForeignLayouts(
        ServiceLoader.load(ForeignLayout.class).stream().map(ServiceLoader.Provider::get).toList());
  }

  /** The layout of a {@code quant_method}. */
  Optional<ForeignLayout> named(String method) {
    return all.stream().filter(layout -> layout.name().equals(method)).findFirst();
  }

  /** The layout that a folder's tensors are in. */
  Optional<ForeignLayout> usedBy(ModelFolder folder, Checkpoint stored) {
    return all.stream().filter(layout -> !layout.linears(folder, stored).isEmpty()).findFirst();
  }
}
