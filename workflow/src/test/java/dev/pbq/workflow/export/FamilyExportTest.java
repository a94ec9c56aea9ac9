package dev.pbq.workflow.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.Model;
import dev.pbq.Pbq;
import dev.pbq.core.PbqException;
import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.export.ExportReport;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small models of every family, packed and exported: opened again they are the same model. */
class FamilyExportTest {
  private static final Pattern SAME =
      Pattern.compile("run with (16|24|32) tokens: logits are those of the source");

  /** A layer's shape, or the family's way to store layers. */
  private static final String REFUSED =
      "(?s).*(not a multiple|not multiples|layers as .inputs, outputs.).*";

  /** Families whose files hold linears as [inputs, outputs]. */
  private static final Set<String> TRANSPOSED = Set.of("gpt2", "gpt2-noprefix-buffers", "gpt-oss");

  /** Families that are not supported. */
  private static final Set<String> UNSUPPORTED = Set.of("qwen3_5-text");

  @TempDir private Path out;

  static List<Path> folders() throws IOException {
    try (Stream<Path> list = Files.list(SharedFolder.of("golden/architectures"))) {
      return list.filter(Files::isDirectory)
          .filter(folder -> !UNSUPPORTED.contains(folder.getFileName().toString()))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyFormatIsTheSameModelOrRefusesByName(Path folder) throws IOException {
    Pbq pbq = Pbq.local().withThreads(1);
    Recipe recipe = Recipe.of("rtn").set("bits", 4).set("groupsize", -1);
    Model packed = pbq.model(folder.toString()).quantize(recipe, out.resolve("packed"));

    ExportReport dense = packed.export("hf", out.resolve("hf"), false, Map.of("dtype", "f32"));
    assertThat(dense.notes()).anySatisfy(note -> assertThat(note).matches(SAME));
    JsonNode config = new ObjectMapper().readTree(out.resolve("hf/config.json").toFile());
    // Version 4 of the other program passes over this key.
    assertThat(config.findParents("rope_parameters")).isEmpty();

    for (String format : List.of("gptq", "awq", "compressed-tensors")) {
      try {
        ExportReport report = packed.export(format, out.resolve(format));
        assertThat(TRANSPOSED).doesNotContain(folder.getFileName().toString());
        assertThat(report.notes()).anyMatch(note -> note.startsWith("run with "));
      } catch (PbqException e) {
        assertThat(e.kind()).isIn(PbqException.Kind.USAGE, PbqException.Kind.BAD_DATA);
        assertThat(e).hasMessageMatching(REFUSED);
        assertThat(out.resolve(format)).doesNotExist();
      }
    }
  }
}
