package dev.pbq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.testkit.GrownVocabulary;
import dev.pbq.eval.profile.ProfileProgress;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.eval.run.TextModel;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.hub.DownloadListener;
import dev.pbq.tiny.TinyModel;
import dev.pbq.workflow.chat.ChatTemplate;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.source.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a user does with a model, done with a small random model of a family: quantized by every
 * method, killed and resumed, measured, run. What a family cannot do is refused by its name. The
 * families are those among the core's test resources: mixtures, stacks, transposed and fused
 * linears, latent and linear attention; with {@code -Dpbq.families=all} all folders of the
 * reference data, which takes minutes.
 */
class EveryFamilyTest {
  private static final int TOKENS = 24;
  private static final OptionalInt WINDOW = OptionalInt.of(TOKENS);
  private static final OptionalInt TWO = OptionalInt.of(2);

  @TempDir private Path folder;
  private final Pbq pbq = Pbq.local().withThreads(1);

  static List<Path> folders() throws IOException {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    Path resources = Path.of("..", "core", "src", "test", "resources", "architectures");
    boolean all = System.getProperty("pbq.families", "").equals("all");
    Path root = all ? shared : resources;
    try (Stream<Path> list = Files.list(root)) {
      List<Path> folders = list.filter(EveryFamilyTest::isCausal).sorted().toList();
      assertThat(folders).hasSizeGreaterThan(5);
      return folders;
    }
  }

  private static boolean isCausal(Path path) {
    return Files.isDirectory(path)
        && !(Architectures.any(ModelFolder.open(path).config(), path.toString())
            instanceof EncoderClassifier);
  }

  private static List<Recipe> methods() {
    return Stream.of(
            Recipe.of("rtn").set("bits", 4),
            Recipe.of("gptq").set("bits", 3),
            Recipe.of("xnor").set("lowFrac", 0.9),
            Recipe.of("billm"),
            Recipe.of("arb-rc"),
            Recipe.of("hqq").set("bits", 4).set("groupsize", 8),
            Recipe.of("ecq").set("bits", 4),
            Recipe.of("bfp"))
        .map(recipe -> recipe.calibratedOn("tiny", 2, TOKENS))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyMethodQuantizesAndWhatItMakesIsMeasuredAndRun(Path golden) throws IOException {
    Path grown =
        GrownVocabulary.copy(
            golden, TinyModel.unpack(folder.resolve("tiny")), folder.resolve("model"));
    Files.writeString(
        grown.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }}: {{ m.content }}\n"
            + "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}");
    Model model = pbq.model(grown);
    for (Recipe recipe : methods()) {
      String method = recipe.requireMethod();
      Model made = model.quantize(recipe, folder.resolve(method));
      assertThat(made.report().orElseThrow().method()).isEqualTo(method);
      assertThat(made.perplexity("tiny", WINDOW, TWO).perplexity()).as(method).isFinite();
      StoredWeights.requireSameLogits(folder.resolve(method));
    }
    Model sequential =
        model.quantize(methods().get(1).withTrueSequential(true), folder.resolve("sequential"));
    assertThat(sequential.distanceFrom(model, "tiny", WINDOW, TWO).statistics().kl().mean())
        .isPositive();
    assertThat(sequential.generate("The ", 5)).isNotNull();
    chats(sequential.path());
    resumed(grown, methods().get(1));
    profiled(grown);
    formats(grown);
  }

  /** A second turn, for which the first one is kept, is answered as by a model that saw neither. */
  private static void chats(Path packed) {
    ModelFolder opened = ModelFolder.open(packed);
    ChatTemplate template = ChatTemplate.of(packed).orElseThrow();
    List<ChatTemplate.Message> talk = new ArrayList<>();
    talk.add(new ChatTemplate.Message("user", "Hi"));
    String last;
    try (TextModel model = chat(opened)) {
      talk.add(new ChatTemplate.Message("assistant", reply(model, template, talk)));
      talk.add(new ChatTemplate.Message("user", "No"));
      last = reply(model, template, talk);
    }
    try (TextModel fresh = chat(opened)) {
      assertThat(reply(fresh, template, talk)).isEqualTo(last);
    }
  }

  private static TextModel chat(ModelFolder folder) {
    return TextModel.open(
        folder,
        ActFormat.recorded(folder),
        TokenChoice.TEMPLATES,
        Running.of(1, Long.MAX_VALUE),
        Integer.MAX_VALUE);
  }

  private static String reply(
      TextModel model, ChatTemplate template, List<ChatTemplate.Message> talk) {
    StringBuilder reply = new StringBuilder();
    int[] ids = model.tokenizer().encode(template.render(talk), false);
    assertThat(ids.length).isBetween(talk.size(), model.positions());
    model.generate(ids, 8, new TokenSampler(0, 1, 0), reply::append);
    return reply.toString();
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Killed after its first block; resumed it gives the bytes of the run that was not. */
  private void resumed(Path model, Recipe recipe) throws IOException {
    ResolvedModel resolved = new ResolvedModel("m", "m", model, "local folder");
    Path output = folder.resolve("killed");
    Texts texts = new Texts(Optional.empty(), Map.of(), DownloadListener.SILENT);
    try (RecipeRun run = RecipeRun.open(resolved, recipe, texts, 1)) {
      assertThat(run.estimate().memoryBytes()).isPositive();
      ProgressListener killer =
          new ProgressListener() {
            @Override
            public void blockDone(int block, double seconds) {
              throw new Killed();
            }
          };
      assertThatThrownBy(() -> run.quantize(output, Existing.REFUSE, killer))
          .isInstanceOf(Killed.class);
    }
    assertThat(output).doesNotExist();
    try (RecipeRun run = RecipeRun.open(resolved, recipe, texts, 1)) {
      run.quantize(output, Existing.RESUME, ProgressListener.SILENT);
    }
    String weights = WeightFiles.PACKED.single();
    assertThat(Files.readAllBytes(output.resolve(weights)))
        .isEqualTo(Files.readAllBytes(folder.resolve("gptq").resolve(weights)));
  }

  /** Of a larger model the family of its text part, which is what runs. */
  private static String family(ModelFolder model) {
    return model.config().at("/text_config/model_type").asText(model.modelType().orElseThrow());
  }

  /** Variances are measured, or the family is refused by name. */
  private static void profiled(Path model) {
    int[][] windows = {{1, 5, 6, 7, 8, 9, 10, 11}};
    ModelFolder opened = ModelFolder.open(model);
    String type = family(opened);
    try (OpenModel open =
        OpenModel.open(opened, Optional.empty(), TokenChoice.DEFAULT, Running.of(1, 0))) {
      if (Architecture.of(type).isPresent()) {
        assertThat(open.profile(windows, ProfileProgress.SILENT).activations()).isNotEmpty();
      } else {
        assertThatThrownBy(() -> open.profile(windows, ProfileProgress.SILENT))
            .isInstanceOf(PbqException.class)
            .hasMessageContaining(type);
      }
    }
  }

  /** Products in number formats, or the family is refused by name. */
  private static void formats(Path model) {
    ModelFolder opened = ModelFolder.open(model);
    String type = family(opened);
    Optional<ActFormat> format =
        Optional.of(ActFormat.asked("bfp-w6a6", false, opened, method -> false));
    if (Architecture.of(type).isEmpty()) {
      assertThatThrownBy(
              () -> OpenModel.open(opened, format, TokenChoice.DEFAULT, Running.of(1, 0)))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining(type);
      return;
    }
    try (OpenModel open = OpenModel.open(opened, format, TokenChoice.DEFAULT, Running.of(1, 0))) {
      assertThat(open.profile(new int[][] {{1, 5, 6, 7}}, ProfileProgress.SILENT).weights())
          .isNotEmpty();
    }
  }
}
