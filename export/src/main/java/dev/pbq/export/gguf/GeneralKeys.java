package dev.pbq.export.gguf;

import dev.pbq.core.model.DecoderFacts;
import dev.pbq.export.ExportSource;
import dev.pbq.export.gguf.family.FileTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The keys of a file that do not depend on its architecture. */
final class GeneralKeys {
  /** The version of ggml's block formats. */
  private static final int QUANTIZATION_VERSION = 2;

  private static final String UNITS = "KMBT";

  private GeneralKeys() {}

  static void put(
      Metadata metadata, ExportSource source, FileModel model, List<PlannedTensor> tensors) {
    Path path = source.folder().path().toAbsolutePath().normalize();
    String name = String.valueOf(path.getFileName());
    metadata.putString("general.architecture", model.architecture().name());
    metadata.putString("general.type", "model");
    metadata.putString("general.name", name);
    metadata.putString("general.basename", basename(name));
    metadata.putString("general.size_label", sizeLabel(model.facts(), tensors));
    metadata.putCount("general.file_type", mostly(tensors).fileType());
    metadata.putCount("general.quantization_version", QUANTIZATION_VERSION);
    if (source.isPacked()) {
      metadata.putString("general.quantized_by", "pbq " + source.method());
    }
  }

  /** The words of a name before the first that tells a size, a version or a tuning. */
  static String basename(String name) {
    List<String> words = new ArrayList<>();
    for (String word : name.split("-", -1)) {
      boolean detail =
          word.matches(
                  "(?i)(\\d+x)?\\d+([._]\\d+)?[kmbt]\\d?|v?\\d+(\\.\\d+)*|chat|instruct|it|base")
              || word.matches("(?i)small|mini|medium|large|x?xl");
      if (detail && !words.isEmpty()) {
        break;
      }
      words.add(word);
    }
    return String.join("-", words);
  }

  /**
   * How many parameters there are, to two digits: {@code 135M}, or for a mixture the number of
   * experts times the size of a model with one of them, {@code 8x7.2B}.
   */
  private static String sizeLabel(DecoderFacts facts, List<PlannedTensor> tensors) {
    Optional<DecoderFacts.Mixture> mixture =
        facts.blocks().stream().flatMap(b -> b.mixture().stream()).findFirst();
    int experts = mixture.map(DecoderFacts.Mixture::experts).orElse(1);
    long parameters = 0;
    for (PlannedTensor tensor : tensors) {
      FileTensor t = tensor.tensor();
      parameters += t.name().contains("_exps.") ? t.values() / experts : t.values();
    }
    return (mixture.isPresent() ? experts + "x" : "") + rounded(parameters);
  }

  /** A number with two digits or more, in thousands, millions and so on. */
  static String rounded(long count) {
    int unit = count > 1e12 ? 3 : count > 1e9 ? 2 : count > 1e6 ? 1 : 0;
    double scaled = count / Math.pow(1000, unit + 1.0);
    long whole = Math.round(scaled);
    int digits = whole == 0 ? 0 : Long.toString(whole).length();
    return String.format(
        Locale.ROOT, "%." + Math.max(0, 2 - digits) + "f%s", scaled, UNITS.charAt(unit));
  }

  /** The type of most weights of the linears. */
  private static GgufType mostly(List<PlannedTensor> tensors) {
    Map<GgufType, Long> weights = new EnumMap<>(GgufType.class);
    for (PlannedTensor tensor : tensors) {
      if (tensor.tensor().kind() == FileTensor.Kind.LINEAR) {
        weights.merge(tensor.type(), tensor.tensor().values(), Long::sum);
      }
    }
    return weights.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(GgufType.F32);
  }
}
