package dev.pbq.core.checkpoint;

import java.nio.file.Path;

/**
 * A model argument and the folder it stands for.
 *
 * @param requested the argument as given
 * @param displayName a short name for tables and reports, e.g. {@code facebook/opt-125m}
 * @param folder where its files are
 * @param source how it was found, e.g. {@code hub cache}
 */
public record ResolvedModel(String requested, String displayName, Path folder, String source) {
  /** The last part of the name, without a revision: what a folder of results is called after. */
  public String simpleName() {
    String name = displayName().replaceAll("@.*", "").replaceAll("/+$", "");
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
