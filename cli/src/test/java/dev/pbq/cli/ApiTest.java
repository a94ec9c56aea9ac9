package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/library.md says of API and internal packages holds. */
class ApiTest {
  private static final Path PAGE = Path.of("..", "docs", "library.md");
  private static final Pattern PACKAGE = Pattern.compile("`(dev\\.pbq[a-z.]*)`");

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(new Packages.NoTestJars())
          .importPackages("dev.pbq");
  private final Set<String> api = between("<!-- api -->", "<!-- internal -->");
  private final Set<String> internal = between("<!-- internal -->", "<!-- end -->");

  private static Set<String> between(String from, String to) {
    try {
      String page = Files.readString(PAGE);
      Set<String> found = new LinkedHashSet<>();
      Matcher m = PACKAGE.matcher(page.substring(page.indexOf(from), page.indexOf(to)));
      while (m.find()) {
        assertThat(found.add(m.group(1))).as(m.group(1) + " stands once").isTrue();
      }
      return found;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void eachPackageIsOneOrTheOther() {
    Set<String> packages = new TreeSet<>();
    classes.forEach(c -> packages.add(c.getPackageName()));
    assertThat(api).doesNotContainAnyElementsOf(internal);
    for (String name : packages) {
      assertThat(api.contains(name) || internal.contains(name)).as(name).isTrue();
    }
    // Benchmarks, faults and optional engines are no dependency of the command line.
    internal.removeAll(Set.of("dev.pbq.bench", "dev.pbq.torture", "dev.pbq.spark"));
    assertThat(packages).containsAll(api).containsAll(internal);
  }

  @Test
  void apiShowsNothingInternal() {
    List<String> shown = new ArrayList<>();
    for (JavaClass type : classes) {
      if (api.contains(type.getPackageName()) && isVisible(type)) {
        Stream<JavaType> supertypes =
            Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        Stream<JavaType> members = type.getMembers().stream().flatMap(ApiTest::shownBy);
        Stream.concat(supertypes, members)
            .flatMap(t -> t.getAllInvolvedRawTypes().stream())
            .map(JavaClass::getBaseComponentType)
            .filter(t -> internal.contains(t.getPackageName()))
            .forEach(t -> shown.add(type.getName() + " shows " + t.getName()));
      }
    }
    assertThat(shown).isEmpty();
  }

  private static boolean isVisible(JavaClass type) {
    boolean open = type.getModifiers().contains(JavaModifier.PUBLIC);
    return open && type.getEnclosingClass().map(ApiTest::isVisible).orElse(true);
  }

  private static Stream<JavaType> shownBy(JavaMember member) {
    boolean open =
        member.getModifiers().contains(JavaModifier.PUBLIC)
            || member.getModifiers().contains(JavaModifier.PROTECTED);
    if (!open || member.getModifiers().contains(JavaModifier.SYNTHETIC)) {
      return Stream.empty();
    }
    if (member instanceof JavaCodeUnit code) {
      return Stream.concat(Stream.of(code.getReturnType()), code.getParameterTypes().stream());
    }
    return Stream.of(((JavaField) member).getType());
  }
}
