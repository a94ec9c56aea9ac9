package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.QuantizerProvider;
import dev.pbq.eval.protocol.PerplexityMeasurement;
import dev.pbq.eval.tasks.Task;
import dev.pbq.export.Exporter;
import dev.pbq.export.Exporters;
import dev.pbq.train.method.TrainingMethodProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is easily forgotten when pbq is extended, and no compiler catches: docs/extending.md. */
class ExtensionsTest {
  private static final Path ROOT = Path.of("..");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(new Packages.NoTestJars())
          .importPackages("dev.pbq");

  /** Names of other libraries that the pages mention. */
  private static final Set<String> FOREIGN =
      Set.of("NDArray", "NDManager", "ServiceLoader", "AutoCloseable");

  private static Set<String> implementations(Class<?> role) {
    return CLASSES.stream()
        .filter(c -> c.isAssignableTo(role) && !c.isInterface())
        .filter(c -> !c.getModifiers().contains(JavaModifier.ABSTRACT))
        .map(JavaClass::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String page(String name) throws IOException {
    return Files.readString(ROOT.resolve(name));
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        QuantizerProvider.class,
        Exporter.class,
        ForeignLayout.class,
        TrainingMethodProvider.class
      })
  void everyServiceIsAnnounced(Class<?> service) {
    Set<String> announced =
        ServiceLoader.load(service).stream()
            .map(provider -> provider.type().getName())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(announced).isNotEmpty().isEqualTo(implementations(service));
  }

  @Test
  void everyMethodIsInTheTableOfMethods() throws IOException {
    List<String> rows = page("README.md").lines().filter(line -> line.startsWith("| `")).toList();
    assertThat(Methods.load().methods())
        .isNotEmpty()
        .allSatisfy(m -> assertThat(rows).anyMatch(row -> row.contains("`" + m.name() + "`")));
  }

  @Test
  void everyExportFormatIsExplained() throws IOException {
    String help = Cli.run("export", "--help").out();
    String page = page("docs/export.md");
    assertThat(Exporters.all()).isNotEmpty();
    for (Exporter exporter : Exporters.all()) {
      assertThat(help).containsPattern("\\b" + exporter.name() + "\\b");
      assertThat(page).contains("\n| `" + exporter.name() + "` |");
      for (String option : exporter.options()) {
        assertThat(help).as(exporter.name()).contains("--" + option);
      }
    }
  }

  @Test
  void everyTaskIsNamed() throws IOException {
    String page = page("docs/evaluation.md");
    assertThat(Task.labels()).isNotEmpty().allSatisfy(task -> assertThat(page).contains(task));
  }

  @Test
  void everyProtocolIsExplainedAndCanBeChosen() throws IOException, ReflectiveOperationException {
    String help = Cli.run("eval-ppl", "--help").out();
    String refusal = Cli.run("eval-ppl", "tiny", "--dataset", "tiny", "--protocol", "none").err();
    String page = page("docs/evaluation.md");
    Set<String> protocols = implementations(PerplexityMeasurement.class);
    assertThat(protocols).isNotEmpty();
    for (String protocol : protocols) {
      String name = (String) Class.forName(protocol).getField("NAME").get(null);
      assertThat(help).contains(name + ":");
      assertThat(refusal).containsPattern("there are .*\\b" + name + "\\b");
      assertThat(page).contains("\n| `" + name + "`");
    }
  }

  @Test
  void everyPackageSaysWhatLivesThere() throws IOException {
    Set<Path> folders = new HashSet<>();
    sources()
        .filter(file -> file.toString().contains("/src/main/"))
        .forEach(file -> folders.add(file.getParent()));
    assertThat(folders)
        .hasSizeGreaterThan(40)
        .allSatisfy(folder -> assertThat(folder.resolve("package-info.java")).exists());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CONTRIBUTING.md", "docs/architecture.md", "docs/extending.md", "docs/library.md"})
  void classesThatPagesSpeakOfAreThere(String name) throws IOException {
    Set<String> known = new HashSet<>(FOREIGN);
    Pattern type = Pattern.compile("\\b(?:class|record|enum|interface) ([A-Z]\\w*)");
    for (Path file : sources().toList()) {
      type.matcher(Files.readString(file)).results().map(m -> m.group(1)).forEach(known::add);
    }
    // `Name`, `Name.member`, `package.Name`, `Name implements ...`; My... stands for anything.
    Set<String> missing =
        Pattern.compile("`(?:[a-z]+\\.)*([A-Z][a-z]\\w*)(?![\\w-])[^`\n]*`")
            .matcher(page(name))
            .results()
            .map(MatchResult::group)
            .filter(quoted -> !quoted.matches("`[^`]*My[A-Z]?[^`]*`"))
            .map(quoted -> quoted.replaceAll("`(?:[a-z]+\\.)*([A-Z]\\w*).*", "$1"))
            .filter(simple -> !known.contains(simple))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(missing).as(name).isEmpty();
  }

  private static Stream<Path> sources() throws IOException {
    Set<Path> files = new TreeSet<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(m -> Files.isRegularFile(m.resolve("pom.xml"))).toList()) {
        Path source = module.resolve("src");
        if (Files.isDirectory(source)) {
          try (Stream<Path> walk = Files.walk(source)) {
            walk.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
          }
        }
      }
    }
    return files.stream();
  }
}
