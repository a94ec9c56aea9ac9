package dev.pbq.export.gguf.file;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** ggml's types that are known by name but not read. */
final class UnreadTypes {
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(39, "MXFP4"),
          Map.entry(40, "NVFP4"));

  private UnreadTypes() {}

  /** The end of a message about a tensor of such a type. */
  static String describe(long id) {
    String name = id < 1000 ? NAMES.get((int) id) : null;
    String read =
        Arrays.stream(GgmlType.values()).map(GgmlType::name).collect(Collectors.joining(" "));
    return (name == null ? " has the unknown type " + id : " has type " + name)
        + "; pbq reads "
        + read;
  }
}
