package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes that the start script makes, with a Java that writes down its words. */
class StartArchiveTest {
  private static final String DUMP = "-Xshare:dump";
  private static final String JAVA =
      """
      #!/usr/bin/env bash
      echo "$@" >>"%1$s/starts"
      [[ "$*" == *-Xshare:dump* ]] || exit 0
      [ ! -e "%1$s/broken" ] || exit 1
      for word in "$@"; do
        case "$word" in
          -XX:SharedArchiveFile=*) printf archive >"${word#*=}" ;;
        esac
      done
      """;

  @TempDir private Path folder;

  @BeforeEach
  void install() throws IOException {
    executable("jdk/bin/java", JAVA.formatted(folder));
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
    executable("home/bin/pbq", Files.readString(Path.of("src/main/scripts/pbq")));
    Files.createDirectories(folder.resolve("home/lib"));
    Files.createFile(jar("b"));
    Files.createFile(jar("a"));
  }

  private void executable(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path jar(String name) {
    return folder.resolve("home/lib/" + name + ".jar");
  }

  /** The words of every Java started by one start of the program, the last of them it. */
  private List<String> start(String... options) throws IOException, InterruptedException {
    Path starts = folder.resolve("starts");
    Files.deleteIfExists(starts);
    ProcessBuilder script =
        new ProcessBuilder("bash", folder.resolve("home/bin/pbq").toString(), "inspect");
    script.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    script.environment().put("PBQ_OPTS", String.join(" ", options));
    Process process = script.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
    return Files.readAllLines(starts);
  }

  private Path archive() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("home/classes"))) {
      return files.filter(f -> f.toString().endsWith(".jsa")).findFirst().orElseThrow();
    }
  }

  private String option() throws IOException {
    return "-XX:SharedArchiveFile=" + archive();
  }

  @Test
  void theFirstStartMakesItAndTheSecondTakesIt() throws Exception {
    List<String> first = start();
    assertThat(first).hasSize(3);
    assertThat(first.get(0)).contains("-XX:DumpLoadedClassList");
    assertThat(first.get(1)).contains(DUMP);
    assertThat(first.get(2)).contains(option()).endsWith("dev.pbq.cli.Main inspect");
    assertThat(start()).singleElement().asString().contains(option());
    try (Stream<Path> files = Files.list(folder.resolve("home/classes"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void librariesAreNamedInOneOrder() throws Exception {
    assertThat(start().get(2)).contains("-cp " + jar("a") + ":" + jar("b") + " dev.pbq");
  }

  @Test
  void anArchiveOlderThanALibraryIsMadeAgain() throws Exception {
    start();
    Files.setLastModifiedTime(jar("a"), FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(start()).hasSizeGreaterThan(1);
  }

  @Test
  void anotherJavaHasItsOwn() throws Exception {
    start();
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.2\"\n");
    assertThat(start()).hasSize(3);
  }

  /** Java 17 aborts when it is given one. */
  @Test
  void anArchiveThatIsCutShortIsMadeAgain() throws Exception {
    start();
    Files.writeString(archive(), "arch");
    assertThat(start()).hasSize(3);
    assertThat(archive()).hasContent("archive");
  }

  @Test
  void aJavaThatCannotMakeOneIsAskedOnce() throws Exception {
    Files.createFile(folder.resolve("broken"));
    assertThat(start()).hasSize(3).last().asString().doesNotContain("SharedArchiveFile");
    assertThat(start()).singleElement().asString().doesNotContain("SharedArchiveFile");
  }

  @Test
  void whoHasOwnWordsOnSharingKeepsThem() throws Exception {
    assertThat(start("-Xshare:off"))
        .singleElement()
        .asString()
        .contains("-Xshare:off")
        .doesNotContain("SharedArchiveFile");
  }
}
