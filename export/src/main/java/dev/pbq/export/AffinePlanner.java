package dev.pbq.export;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at every layer of a source once, so that nothing is begun that cannot be finished. */
final class AffinePlanner {
  /** How many layers a refusal names. */
  private static final int NAMED = 3;

  private final AffineFormat format;
  private final ExportSource source;
  private final AffineSource layers;
  private final Map<String, AffinePlan.Grid> packed = new LinkedHashMap<>();
  private final Map<String, String> losses = new LinkedHashMap<>();
  private final List<String> dense = new ArrayList<>();
  private final List<String> tables = new ArrayList<>();

  AffinePlanner(AffineFormat format, ExportSource source, AffineSource layers) {
    this.format = format;
    this.source = source;
    this.layers = layers;
  }

  /**
   * The plan.
   *
   * @throws PbqException USAGE naming a layer that does not fit, or one that would not be kept
   *     exactly where that is not allowed
   */
  AffinePlan plan(boolean lossy, ExportProgress progress) {
    List<String> names = source.names();
    int done = 0;
    for (String name : names) {
      progress.at("plan", name, done++, names.size());
      look(name);
    }
    if (!packed.isEmpty()) {
      AffinePlan.Grid most = AffinePlan.most(packed.values());
      for (Map.Entry<String, AffinePlan.Grid> layer : new LinkedHashMap<>(packed).entrySet()) {
        format.misfit(layer.getValue(), most).ifPresent(why -> storeDense(layer.getKey(), why));
      }
    }
    requireLossless(lossy);
    return new AffinePlan(packed, losses, dense, tables);
  }

  private void look(String name) {
    if (source.isPackedTable(name)) {
      tables.add(name);
      return;
    }
    if (!source.isQuantized(name)) {
      if (source.isLinear(name)) {
        dense.add(AffineExport.linear(name));
      }
      return;
    }
    String linear = AffineExport.linear(name);
    Optional<String> misfit = format.misfit(source.rows(name), source.cols(name));
    if (misfit.isPresent()) {
      storeDense(linear, misfit.get());
      return;
    }
    AffineFit fit = layers.fit(name);
    packed.put(linear, AffinePlan.Grid.of(fit.layer().orElseThrow(() -> none(name, fit.loss()))));
    if (!fit.loss().isEmpty()) {
      losses.put(linear, fit.loss());
    }
  }

  private void storeDense(String linear, String why) {
    packed.remove(linear);
    dense.add(linear);
    losses.put(linear, why + ": it would be stored dense");
  }

  private PbqException none(String name, String loss) {
    return PbqException.setting(
        "%s (%s) does not fit format %s: it has %s; {format} hf exports it dense",
        name, source.method(), format.name(), loss);
  }

  private void requireLossless(boolean lossy) {
    if (packed.isEmpty()) {
      throw PbqException.setting(
          "%s: none of its layers fits format %s%s; {format} hf exports it dense",
          source.folder().path(),
          format.name(),
          losses.isEmpty() ? "" : ": " + losses.entrySet().iterator().next());
    }
    if (lossy || losses.isEmpty()) {
      return;
    }
    List<String> named =
        losses.entrySet().stream()
            .limit(NAMED)
            .map(e -> e.getKey() + ".weight has " + e.getValue())
            .toList();
    int more = losses.size() - named.size();
    throw PbqException.setting(
        "format %s cannot hold %s layers as they are: %s%s; {lossy} stores the nearest, {format}"
            + " hf exports all dense",
        format.name(),
        losses.size(),
        String.join("; ", named),
        more > 0 ? "; and " + more + " more" : "");
  }
}
