package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.OutputDirectory.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
  @TempDir Path temp;
  private Path base;
  private Path target;

  @BeforeEach
  void paths() throws IOException {
    base = temp.toRealPath();
    target = base.resolve("out");
  }

  private OutputDirectory open(boolean force, Mode mode, Path... inputs) {
    return OutputDirectory.open(target, force, mode, List.of(inputs));
  }

  private static void write(Path folder, String contents) throws IOException {
    Files.writeString(folder.resolve("config.json"), contents);
  }

  private static void assertUsage(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContainingAll(parts);
  }

  @Test
  void appearsOnlyAtTheCommit() throws IOException {
    target = base.resolve("deep/er/out");
    try (OutputDirectory out = open(false, Mode.KEEP_UNFINISHED)) {
      assertThat(out.work()).isEqualTo(base.resolve("deep/er/out.partial")).isDirectory();
      write(out.work(), "new");
      assertThat(target).doesNotExist();
      assertThat(out.commit()).isEqualTo(target);
    }
    assertThat(SafetensorsWriterTest.list(target)).containsExactly("config.json");
    assertThat(SafetensorsWriterTest.list(target.getParent())).containsExactly("out");
  }

  @Test
  void anExistingTargetNeedsForceAndIsReplacedWhole() throws IOException {
    Files.createDirectory(target);
    write(target, "old");
    Files.createFile(target.resolve("stale"));
    assertUsage(() -> open(false, Mode.DISCARD_UNFINISHED), target.toString(), "force");
    assertThat(SafetensorsWriterTest.list(base)).containsExactly("out");
    try (OutputDirectory out = open(true, Mode.DISCARD_UNFINISHED)) {
      write(out.work(), "new");
      assertThat(target.resolve("config.json")).hasContent("old");
      out.commit();
    }
    assertThat(SafetensorsWriterTest.list(base)).containsExactly("out");
    assertThat(SafetensorsWriterTest.list(target)).containsExactly("config.json");
    assertThat(target.resolve("config.json")).hasContent("new");
  }

  @Test
  void failureLeavesTheOldDirectory() throws IOException {
    Files.createDirectory(target);
    write(target, "old");
    try (OutputDirectory out = open(true, Mode.DISCARD_UNFINISHED)) {
      write(out.work(), "half");
    }
    assertThat(SafetensorsWriterTest.list(base)).containsExactly("out");
    assertThat(target.resolve("config.json")).hasContent("old");
  }

  @Test
  void unfinishedWorkIsKeptAndResumed() throws IOException {
    try (OutputDirectory out = open(false, Mode.KEEP_UNFINISHED)) {
      Files.writeString(out.work().resolve("block-0"), "done");
      // As a killed process leaves it.
      Files.writeString(out.work().resolve(".block-1.0123.pbq-tmp"), "half");
    }
    assertUsage(() -> open(false, Mode.KEEP_UNFINISHED), "out.partial", "resume", "force");
    assertUsage(() -> open(false, Mode.DISCARD_UNFINISHED), "out.partial");
    try (OutputDirectory out = open(false, Mode.RESUME)) {
      assertThat(out.work().resolve("block-0")).hasContent("done");
      assertThat(SafetensorsWriterTest.list(out.work())).containsExactly(".pbq.lock", "block-0");
    }
    try (OutputDirectory out = open(true, Mode.KEEP_UNFINISHED)) {
      assertThat(out.work().resolve("block-0")).doesNotExist();
      write(out.work(), "new");
      out.commit();
    }
    assertThat(SafetensorsWriterTest.list(target)).containsExactly("config.json");
    try (OutputDirectory out = open(true, Mode.RESUME)) {
      assertThat(SafetensorsWriterTest.list(out.work())).containsExactly(".pbq.lock");
    }
  }

  @Test
  void twoRunsCannotShareTheirWork() {
    try (OutputDirectory first = open(false, Mode.KEEP_UNFINISHED)) {
      assertUsage(() -> open(true, Mode.RESUME), "another run", first.work().toString());
    }
  }

  @Test
  void theLockMovesWithTheWorkSoThatNoOtherRunCanTakeIt() throws IOException {
    try (OutputDirectory out = open(false, Mode.KEEP_UNFINISHED)) {
      write(out.work(), "new");
      Files.writeString(out.work().resolve("record"), "r");
      Files.createDirectory(target);
      write(target, "theirs");
      // The commit fails at its last step: the work is still locked.
      assertUsage(() -> out.commit("record"), "appeared meanwhile");
      assertUsage(() -> open(true, Mode.RESUME), "another run");
      FileTrees.delete(target);
      out.commit("record");
    }
    assertThat(SafetensorsWriterTest.list(target)).containsExactly("config.json");
  }

  @Test
  void workOfAnUnknownRunIsNotResumed() throws IOException {
    try (OutputDirectory out = open(false, Mode.KEEP_UNFINISHED)) {
      out.requireOwn("journal"); // There is nothing yet.
      Files.writeString(out.work().resolve("block-0"), "done");
    }
    try (OutputDirectory out = open(false, Mode.RESUME)) {
      assertUsage(() -> out.requireOwn("journal", "state"), "out.partial", "not known", "force");
      Files.writeString(out.work().resolve("state"), "mine");
      out.requireOwn("journal", "state");
    }
    assertThat(base.resolve("out.partial/block-0")).exists();
  }

  @Test
  void aRunThatCannotResumeIsNotToldOfIt() throws IOException {
    try (OutputDirectory out = open(false, Mode.KEEP_UNFINISHED)) {
      write(out.work(), "half");
    }
    assertThatThrownBy(() -> open(false, Mode.DISCARD_UNFINISHED))
        .hasMessageContaining("force")
        .hasMessageNotContaining("resume");
  }

  @Test
  void whatAKilledRunHadReplacedIsRemovedByTheNext() throws IOException {
    Path old = base.resolve("out.old-" + UUID.randomUUID());
    Path others = base.resolve("out.old-letters");
    for (Path folder : List.of(target, old, others)) {
      Files.createDirectory(folder);
      write(folder, "old");
    }
    try (OutputDirectory out = open(true, Mode.DISCARD_UNFINISHED)) {
      assertThat(old).doesNotExist();
      write(out.work(), "new");
      Files.move(target, old);
      out.commit();
    }
    assertThat(SafetensorsWriterTest.list(base)).containsExactly("out", "out.old-letters");
  }

  @Test
  void emptyTargetsNeedNoForce() throws IOException {
    Files.createDirectory(target);
    try (OutputDirectory out = open(false, Mode.DISCARD_UNFINISHED)) {
      write(out.work(), "new");
      out.commit();
    }
    assertThat(target.resolve("config.json")).hasContent("new");
  }

  @Test
  void aTargetThatAppearsMeanwhileIsNotOverwritten() throws IOException {
    try (OutputDirectory out = open(false, Mode.KEEP_UNFINISHED)) {
      write(out.work(), "mine");
      Files.createDirectory(target);
      write(target, "theirs");
      assertUsage(out::commit, "appeared meanwhile", out.work().toString());
    }
    assertThat(target.resolve("config.json")).hasContent("theirs");
    assertThat(base.resolve("out.partial/config.json")).hasContent("mine");
  }

  @Test
  void forceReplacesOnlyModels() throws IOException {
    Files.createDirectory(target);
    Files.writeString(target.resolve("thesis.tex"), "precious");
    assertUsage(() -> open(true, Mode.DISCARD_UNFINISHED), "not a model");
    Files.delete(target.resolve("thesis.tex"));
    Files.delete(target);
    Files.writeString(target, "a file");
    assertUsage(() -> open(true, Mode.DISCARD_UNFINISHED), "not a directory");
    target = Path.of("/");
    assertUsage(() -> open(true, Mode.DISCARD_UNFINISHED), "root");
    assertThat(SafetensorsWriterTest.list(base)).containsExactly("out");
  }

  @Test
  void inputsAreNeverReplaced() throws IOException {
    Path input = Files.createDirectories(target.resolve("models/input"));
    write(target, "model");
    assertUsage(() -> open(true, Mode.DISCARD_UNFINISHED, input), "would replace the input");
    assertUsage(() -> open(true, Mode.DISCARD_UNFINISHED, target), "would replace the input");
    Path link = Files.createSymbolicLink(base.resolve("link"), target);
    target = link;
    assertUsage(() -> open(true, Mode.DISCARD_UNFINISHED, input), "would replace the input");
  }

  @Test
  void linksAreNeitherReplacedNorFollowedWhenDeleting() throws IOException {
    Path precious = Files.createDirectory(base.resolve("precious"));
    Files.writeString(precious.resolve("data"), "kept");
    Path real = Files.createDirectory(base.resolve("real"));
    write(real, "old");
    Files.createSymbolicLink(real.resolve("inside"), precious);
    target = Files.createSymbolicLink(base.resolve("out"), real);
    try (OutputDirectory out = open(true, Mode.DISCARD_UNFINISHED)) {
      write(out.work(), "new");
      out.commit();
    }
    assertThat(Files.isSymbolicLink(base.resolve("out"))).isTrue();
    assertThat(base.resolve("out/config.json")).hasContent("new");
    assertThat(precious.resolve("data")).hasContent("kept");
    Path broken = Files.createSymbolicLink(base.resolve("broken"), base.resolve("gone"));
    target = broken;
    assertUsage(() -> open(true, Mode.DISCARD_UNFINISHED), "broken link");
  }
}
