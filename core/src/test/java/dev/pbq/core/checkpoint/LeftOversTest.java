package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.testkit.HostileInputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What killed processes leave behind, and when it goes. */
class LeftOversTest {
  @TempDir private Path folder;

  private Path temporary(String name) throws IOException {
    return Files.writeString(
        folder.resolve("." + name + "." + UUID.randomUUID() + ".pbq-tmp"), "half");
  }

  @Test
  void theNextWriteOfAFileRemovesWhatAKilledOneLeft() throws IOException {
    Path left = temporary("a.gguf");
    Path other = temporary("b.gguf");
    Path user = Files.writeString(folder.resolve(".a.gguf.pbq-tmp"), "of the user");
    AtomicFile.write(folder.resolve("a.gguf"), new byte[] {1});
    assertThat(left).doesNotExist();
    assertThat(other).exists();
    assertThat(user).exists();
  }

  @Test
  void theNextRunForAFileRemovesWhatAKilledOneLeft() throws IOException {
    Path file = folder.resolve("a.gguf");
    Path killed = folder.resolve(".a.gguf." + UUID.randomUUID() + ".partial");
    Files.createFile(Files.createDirectory(killed).resolve(".pbq.lock"));
    Files.writeString(killed.resolve("a.gguf"), "half");
    try (OutputFile first = OutputFile.open(file, false);
        OutputFile second = OutputFile.open(file, false)) {
      assertThat(killed).doesNotExist();
      Files.writeString(first.work(), "first");
      Files.writeString(second.work(), "second");
      first.commit();
      assertThat(file).hasContent("first");
      assertThatThrownBy(second::commit).hasMessageContaining("exists");
    }
    assertThat(SafetensorsWriterTest.list(folder)).containsExactly("a.gguf");
  }

  @Test
  void aFileThatIsBeingWrittenStays() {
    Path file = folder.resolve("a.gguf");
    AtomicFile.write(
        file,
        out -> {
          out.write(ByteBuffer.wrap(new byte[] {1}));
          AtomicFile.write(file, new byte[] {2});
        });
    assertThat(file).hasBinaryContent(new byte[] {1});
  }

  @Test
  void temporaryFoldersOfKilledProcessesAreRemovedByTheNextOfTheirKind() throws IOException {
    String kind = "test" + UUID.randomUUID();
    Path killed;
    try (TemporaryFolder first = TemporaryFolder.create(kind)) {
      killed = first.path().resolveSibling("pbq-" + kind + "-1");
      Files.createDirectory(killed);
      Files.createFile(killed.resolve(".pbq.lock"));
      Path fresh = Files.createDirectory(first.path().resolveSibling("pbq-" + kind + "-2"));
      try (TemporaryFolder second = TemporaryFolder.create(kind)) {
        assertThat(killed).doesNotExist();
        assertThat(first.path()).exists();
        assertThat(fresh).exists();
        assertThat(second.path()).isNotEqualTo(first.path());
      } finally {
        Files.delete(fresh);
      }
      assertThat(first.path()).exists();
    }
  }

  @Test
  void namesOfFilesThatLeadElsewhereOrCannotBeAreNone() {
    assertThat(FileNames.isPlain("model-\u00e4.safetensors")).isTrue();
    for (String name :
        new String[] {"", "..", "a/b", "a\\b", "C:x", "a\0b", "\ud800", "x".repeat(256)}) {
      assertThat(FileNames.isPlain(name)).as(name).isFalse();
    }
    assertThat(FileNames.isPath("a/b\ud800")).isFalse();
  }

  @Test
  void messagesHoldNoCommandsForTerminals() {
    Path missing = folder.resolve("\u001b[31mx\u001b]0;t\u0007\u009b2J\u202e");
    assertThatThrownBy(() -> JsonFiles.readObject(missing))
        .satisfies(e -> HostileInputs.requirePrintable("message", e.getMessage()))
        .hasMessageContaining("?[31mx?]0;t??2J?");
  }
}
