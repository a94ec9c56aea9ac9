package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelResolverTest {
  private static final String SHA = "0123456789abcdef0123456789abcdef01234567";
  private static final String OTHER = "ffffffffffffffffffffffffffffffffffffffff";

  @TempDir Path home;
  private Path hub;
  private final List<String> fetched = new ArrayList<>();
  private ModelResolver resolver;

  @BeforeEach
  void cache() throws IOException {
    hub = home.resolve(".cache/huggingface/hub");
    snapshot("models--facebook--opt-125m", SHA);
    snapshot("models--facebook--opt-125m", OTHER);
    ref("models--facebook--opt-125m", "main", SHA + "\n");
    ref("models--facebook--opt-125m", "refs/pr/1", OTHER);
    resolver = resolver(Map.of("HOME", home.toString()));
  }

  private ModelResolver resolver(Map<String, String> environment) {
    return new ModelResolver(
        Map.of("tiny", () -> home.resolve("tiny-model")),
        environment,
        (id, revision) -> {
          fetched.add(id + " at " + revision);
          throw PbqException.notFound("no network");
        });
  }

  /** As the hub client lays it out: a snapshot's files are links to blobs. */
  private Path snapshot(String model, String sha) throws IOException {
    Path blobs = Files.createDirectories(hub.resolve(model).resolve("blobs"));
    Path blob = Files.writeString(blobs.resolve("b" + sha), "{}");
    Path folder = Files.createDirectories(hub.resolve(model).resolve("snapshots").resolve(sha));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.createSymbolicLink(
          folder.resolve(file), Path.of("../../blobs", blob.getFileName().toString()));
    }
    return folder;
  }

  private void ref(String model, String name, String contents) throws IOException {
    Path ref = hub.resolve(model).resolve("refs").resolve(name);
    Files.createDirectories(ref.getParent());
    Files.writeString(ref, contents);
  }

  @ParameterizedTest
  @CsvSource({
    "facebook/opt-125m, " + SHA + ", facebook/opt-125m",
    "facebook/opt-125m@main, " + SHA + ", facebook/opt-125m",
    "opt-125m, " + SHA + ", facebook/opt-125m",
    "opt-125m@refs/pr/1, " + OTHER + ", facebook/opt-125m@refs/pr/1",
    "facebook/opt-125m@" + OTHER + ", " + OTHER + ", facebook/opt-125m@" + OTHER
  })
  void findsHubModels(String model, String sha, String displayName) {
    ResolvedModel found = resolver.resolve(model);
    assertThat(found.folder())
        .isEqualTo(hub.resolve("models--facebook--opt-125m/snapshots").resolve(sha));
    assertThat(found.displayName()).isEqualTo(displayName);
    assertThat(found.requested()).isEqualTo(model);
    assertThat(found.source()).isEqualTo("hub cache");
    assertThat(ModelFolder.open(found.folder()).sideFiles()).hasSize(1);
  }

  @Test
  void theEnvironmentSaysWhereTheCacheIs() {
    assertThat(HubCache.of(Map.of("HF_HUB_CACHE", "/c", "HF_HOME", "/h")).root())
        .isEqualTo(Path.of("/c"));
    assertThat(HubCache.of(Map.of("HUGGINGFACE_HUB_CACHE", "/old", "HF_HOME", "/h")).root())
        .isEqualTo(Path.of("/old"));
    assertThat(HubCache.of(Map.of("HF_HOME", "/h", "XDG_CACHE_HOME", "/x")).root())
        .isEqualTo(Path.of("/h/hub"));
    assertThat(HubCache.of(Map.of("XDG_CACHE_HOME", "/x", "HF_HUB_CACHE", "")).root())
        .isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(HubCache.of(Map.of("HOME", "/u")).root())
        .isEqualTo(Path.of("/u/.cache/huggingface/hub"));
    assertThat(HubCache.of(Map.of("HOME", "/u", "HF_HOME", "~/hf")).root())
        .isEqualTo(Path.of("/u/hf/hub"));
  }

  @Test
  void localFoldersComeFirst() throws IOException {
    Path local = Files.createDirectories(home.resolve("some/model"));
    Files.writeString(local.resolve("config.json"), "{}");
    ResolvedModel found = resolver.resolve(local.toString());
    assertThat(found)
        .isEqualTo(new ResolvedModel(local.toString(), "model", local, "local folder"));
    assertThat(resolver.resolve(local + "/.").displayName()).isEqualTo("model");
  }

  @Test
  void builtInModelsAreNotShadowedByFoldersThatAreNoModels() {
    ResolvedModel found = resolver.resolve("tiny");
    assertThat(found.folder()).isEqualTo(home.resolve("tiny-model"));
    assertThat(found.source()).isEqualTo("built in");
    // A folder that is no model is still returned where nothing else fits; opening it explains.
    assertThat(resolver.resolve(home.toString()).folder()).isEqualTo(home);
  }

  @Test
  void whatIsMissingSaysWhereItWasLookedFor() {
    CheckpointTest.assertNotFound(
        () -> resolver.resolve("llama-7b"),
        "huggyllama/llama-7b",
        hub.resolve("models--huggyllama--llama-7b").toString(),
        "hf download huggyllama/llama-7b",
        "pbq pull huggyllama/llama-7b",
        "downloading failed: no network");
    assertThat(fetched).containsExactly("huggyllama/llama-7b at main");
    CheckpointTest.assertNotFound(
        () -> resolver.resolve("facebook/opt-125m@v9"), "opt-125m@v9", "--revision v9");
    CheckpointTest.assertNotFound(
        () -> resolver.resolve("facebook/opt-125m@" + "a".repeat(40)), "a".repeat(40));
    CheckpointTest.assertNotFound(() -> resolver.resolve("nonsense"), "nonsense", "tiny", "alias");
    CheckpointTest.assertNotFound(() -> resolver.resolve("./nope"), "no model folder ./nope");
    CheckpointTest.assertNotFound(() -> resolver.resolve("a/b/c"), "no model folder a/b/c");
    CheckpointTest.assertNotFound(() -> resolver.resolve("a\u0000b"), "no model folder a?b");
  }

  @Test
  void filesAreNotModels() throws IOException {
    Path file = Files.createFile(home.resolve("model.safetensors"));
    CheckpointTest.assertNotFound(() -> resolver.resolve(file.toString()), "is a file");
    assertThatThrownBy(() -> resolver.resolve(" "))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x/y",
        "a/../b",
        "a/b@../../x",
        "a/b@/etc",
        "a--b/c",
        "a/b@x..y",
        "-a/b",
        "a/b@"
      })
  void namesCannotLeaveTheCache(String model) {
    CheckpointTest.assertNotFound(() -> resolver.resolve(model), "no model folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../../etc", "zzz", SHA + SHA})
  void corruptRefsAreReported(String contents) throws IOException {
    ref("models--facebook--opt-125m", "main", contents);
    SafetensorsFileTest.assertBadData(
        () -> resolver.resolve("opt-125m"), "refs", "main", "does not hold a commit");
  }

  @Test
  void whatTheCacheHasInPartIsFetched() throws IOException {
    Path part = snapshot("models--org--part", SHA);
    ref("models--org--part", "main", SHA);
    assertThat(resolver.resolve("org/part").folder()).isEqualTo(part);
    Files.delete(part.resolve("model.safetensors"));
    CheckpointTest.assertNotFound(() -> resolver.resolve("org/part"), "nor all of it in");
    Files.writeString(
        part.resolve("model.safetensors.index.json"),
        "{\"metadata\":{},\"weight_map\":{\"a\":\"x.safetensors\",\"b\":\"y.safetensors\"}}");
    Files.createFile(part.resolve("x.safetensors"));
    CheckpointTest.assertNotFound(() -> resolver.resolve("org/part"), "nor all of it in");
    Files.createFile(part.resolve("y.safetensors"));
    assertThat(resolver.resolve("org/part").folder()).isEqualTo(part);
    Files.delete(part.resolve("config.json"));
    CheckpointTest.assertNotFound(() -> resolver.resolve("org/part"), "nor all of it in");
    assertThat(fetched).hasSize(3);
  }

  @Test
  void whatIsFetchedIsTheModel() {
    ModelResolver online =
        new ModelResolver(
            Map.of(), Map.of("HOME", home.toString()), (id, revision) -> home.resolve("snapshot"));
    ResolvedModel found = online.resolve("llama-7b@refs/pr/3");
    assertThat(found.folder()).isEqualTo(home.resolve("snapshot"));
    assertThat(found.displayName()).isEqualTo("huggyllama/llama-7b@refs/pr/3");
    assertThat(found.source()).isEqualTo("downloaded");
  }

  @Test
  void aliasesAreHubIds() {
    assertThat(ModelAliases.all().values()).allMatch(HubCache::isModelId);
    assertThat(ModelAliases.all().keySet())
        .containsAll(
            Set.of("llama-7b", "llama-65b", "llama-2-70b", "llama-3-8b", "opt-66b", "mistral-7b"));
    assertThat(ModelAliases.hubId("llama-2-13b")).contains("meta-llama/Llama-2-13b-hf");
  }
}
