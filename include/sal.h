/*
 * Source annotations of the driver headers.
 *
 * The annotations state contracts (direction of an argument, IRQL at entry, locks taken)
 * to people, to Microsoft's analyser and to tools/lint_driver. Compilers see nothing:
 * driver source that carries them compiles unchanged. Only where DIRQL_LINT is defined,
 * as lint_driver does for clang, do the words about levels and locks leave something:
 * - notes with their text in the syntax tree, for the analysis of lint_driver itself;
 * - from DIRQL_LINT 2 on, capabilities of clang's -Wthread-safety: a lock is one, and so
 *   is "at or above DISPATCH_LEVEL". (docs/static-checking.md)
 */
#pragma once

#if defined(__clang__) && defined(DIRQL_LINT)
#define _Lint_note_(...) __attribute__((annotate("dirql", __VA_ARGS__)))
#else
#define _Lint_note_(...)
#endif

#if defined(__clang__) && defined(DIRQL_LINT) && DIRQL_LINT >= 2
#define _Lint_capability_(...) __attribute__((__VA_ARGS__))
#else
#define _Lint_capability_(...)
#endif

/*
 * Capabilities. They stand behind the declarator, for there clang knows the parameters.
 * Being at DISPATCH_LEVEL is asserted, not acquired: raising twice is no mistake, and
 * lowering what was raised twice is none either.
 */
#define _Is_capability_(Name)        _Lint_capability_(capability(Name))
#define _Capability_acquired_(Lock)  _Lint_capability_(acquire_capability(Lock))
#define _Capability_shared_(Lock)    _Lint_capability_(acquire_shared_capability(Lock))
#define _Capability_tried_(Lock)     _Lint_capability_(try_acquire_capability(1, Lock))
#define _Capability_released_(Lock)  _Lint_capability_(release_capability(Lock))
#define _Capability_unshared_(Lock)  _Lint_capability_(release_shared_capability(Lock))
#define _Capability_held_(Lock)      _Lint_capability_(requires_capability(Lock))
#define _Capability_unchecked_       _Lint_capability_(no_thread_safety_analysis)
#define _Capability_dispatch_raised_ _Lint_capability_(assert_capability(AtDispatchLevel))
#define _Capability_dispatch_lowered_                                                    \
    _Lint_capability_(assert_capability(AtDispatchLevel),                                \
                      release_capability(AtDispatchLevel))

#if defined(__clang__) && defined(DIRQL_LINT) && DIRQL_LINT >= 2
struct _Is_capability_("IRQL") _DISPATCH_LEVEL_CAPABILITY {
    char Unused;
};
extern struct _DISPATCH_LEVEL_CAPABILITY AtDispatchLevel;
/* Levels arrive here as numbers: their names are macros. */
#define _Lint_max_0 __attribute__((locks_excluded(AtDispatchLevel)))
#define _Lint_max_1 __attribute__((locks_excluded(AtDispatchLevel)))
#define _Lint_max_2
#define _Lint_max_3
#define _Lint_max_4
#define _Lint_max_5
#define _Lint_max_6
#define _Lint_max_7
#define _Lint_max_8
#define _Lint_max_9
#define _Lint_max_10
#define _Lint_max_11
#define _Lint_max_12
#define _Lint_max_13
#define _Lint_max_14
#define _Lint_max_15
#define _Lint_max_DIRQL
#define _Lint_max_(Irql) _Lint_max_##Irql
#else
#define _Lint_max_(Irql)
#endif

/* Direction and size of an argument. */
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(Count)
#define _In_reads_opt_(Count)
#define _In_reads_bytes_(Bytes)
#define _In_reads_bytes_opt_(Bytes)
#define _In_range_(Low, High)
#define _In_NLS_string_(Count)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(Count)
#define _Inout_updates_bytes_(Bytes)
#define _Out_
#define _Out_opt_
#define _Out_writes_(Count)
#define _Out_writes_opt_(Count)
#define _Out_writes_z_(Count)
#define _Out_writes_bytes_(Bytes)
#define _Out_writes_bytes_opt_(Bytes)
#define _Out_writes_bytes_to_(Bytes, Written)
#define _Out_writes_bytes_to_opt_(Bytes, Written)
#define _Out_writes_bytes_all_(Bytes)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_result_bytebuffer_(Bytes)
#define _Reserved_
#define _Const_
#define _Frees_ptr_
#define _Frees_ptr_opt_

/* Results and conditions. */
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_writes_bytes_(Bytes)
#define _Check_return_        _Lint_note_("inspect")
#define _Must_inspect_result_ _Lint_note_("inspect")
#define _Success_(Expression)
#define _Return_type_success_(Expression)
#define _When_(Condition, Annotations) _Lint_note_("when", #Condition, #Annotations)
#define _At_(Target, Annotations)
#define _On_failure_(Annotations)
#define _Pre_notnull_
#define _Pre_maybenull_
#define _Pre_satisfies_(Condition)
#define _Post_satisfies_(Condition)
#define _Post_invalid_
#define _Printf_format_string_
#define _Null_terminated_
#define _Field_size_(Count)
#define _Field_size_bytes_(Bytes)
#define _Field_size_opt_(Count)
#define _Struct_size_bytes_(Bytes)
#define _Field_range_(Low, High)
#define _Points_to_data_
#define _Use_decl_annotations_
#define _Function_class_(Name) _Lint_note_("role", #Name)
#define _Analysis_assume_(Expression)
#define __analysis_assume(Expression)

/* IRQL. */
#define _IRQL_requires_(Irql)               _Lint_note_("level", #Irql) _Lint_max_(Irql)
#define _IRQL_requires_max_(Irql)           _Lint_note_("max", #Irql) _Lint_max_(Irql)
#define _IRQL_requires_min_(Irql)           _Lint_note_("min", #Irql)
#define _IRQL_requires_same_                _Lint_note_("same")
#define _IRQL_raises_(Irql)                 _Lint_note_("raises", #Irql)
#define _IRQL_saves_                        _Lint_note_("saves")
#define _IRQL_restores_                     _Lint_note_("restores")
#define _IRQL_saves_global_(Kind, Param)    _Lint_note_("saves_global", #Kind, #Param)
#define _IRQL_restores_global_(Kind, Param) _Lint_note_("restores_global", #Kind, #Param)
#define _IRQL_uses_cancel_
#define _IRQL_always_function_max_(Irql) _Lint_note_("max", #Irql)
#define _IRQL_always_function_min_(Irql) _Lint_note_("min", #Irql)
#define _IRQL_is_cancel_
/* Ours: a reader lock turned into a writer one; a callback whose rules allow more than the
 * level that its callers enter it at. */
#define _Lock_becomes_exclusive_(Lock)
#define _IRQL_called_mostly_(Irql) _Lint_note_("mostly", #Irql)

/* Locks and resources. */
#define _Acquires_lock_(Lock)              _Lint_note_("acquires", #Lock)
#define _Acquires_nonreentrant_lock_(Lock) _Lint_note_("acquires", #Lock)
#define _Acquires_exclusive_lock_(Lock)    _Lint_note_("acquires", #Lock)
#define _Acquires_shared_lock_(Lock)       _Lint_note_("acquires_shared", #Lock)
#define _Releases_lock_(Lock)              _Lint_note_("releases", #Lock)
#define _Releases_nonreentrant_lock_(Lock) _Lint_note_("releases", #Lock)
#define _Releases_exclusive_lock_(Lock)    _Lint_note_("releases", #Lock)
#define _Releases_shared_lock_(Lock)       _Lint_note_("releases_shared", #Lock)
#define _Requires_lock_held_(Lock)         _Lint_note_("held", #Lock)
#define _Requires_lock_not_held_(Lock)     _Lint_note_("not_held", #Lock)
#define _Requires_no_locks_held_           _Lint_note_("no_locks")
#define _Has_lock_kind_(Kind)
#define _Guarded_by_(Lock)
#define _Interlocked_
#define _Interlocked_operand_
#define _Kernel_clear_do_init_(Yes)
#define _Kernel_requires_resource_held_(Resource)
#define _Kernel_requires_resource_not_held_(Resource)
#define _Kernel_acquires_resource_(Resource)
#define _Kernel_releases_resource_(Resource)
#define _Dispatch_type_(Major)

/* Driver annotations of the older kind. */
#define __drv_aliasesMem
#define __drv_allocatesMem(Kind)
#define __drv_freesMem(Kind)
#define __drv_at(Target, Annotations)
#define __drv_when(Condition, Annotations)
#define __drv_requiresIRQL(Irql) _IRQL_requires_(Irql)
#define __drv_maxIRQL(Irql)      _IRQL_requires_max_(Irql)
#define __drv_minIRQL(Irql)      _IRQL_requires_min_(Irql)
#define __drv_raisesIRQL(Irql)   _IRQL_raises_(Irql)
#define __drv_savesIRQL          _IRQL_saves_
#define __drv_restoresIRQL       _IRQL_restores_
#define __drv_sameIRQL           _IRQL_requires_same_
#define __drv_useCancelIRQL
#define __drv_functionClass(Name) _Function_class_(Name)
#define __drv_dispatchType(Major)
#define __drv_acquiresExclusiveResource(Kind)
#define __drv_releasesExclusiveResource(Kind)
#define __drv_mustHoldCancelSpinLock
#define __drv_strictTypeMatch(Mode)
#define __drv_strictType(Type, Mode)
#define __drv_interlocked
#define __drv_in(Annotations)
#define __drv_out(Annotations)
#define __drv_inTry
#define __drv_notInTry
#define __drv_preferredFunction(Name, Why)
#define __drv_reportError(Why)
#define __drv_clearDoInit

/* What is rarer. */
#define _In_reads_z_(Count)
#define _In_reads_opt_z_(Count)
#define _In_reads_or_z_(Count)
#define _Inout_z_
#define _Inout_opt_z_
#define _Inout_updates_opt_(Count)
#define _Inout_updates_z_(Count)
#define _Inout_updates_to_(Count, Written)
#define _Inout_updates_all_(Count)
#define _Inout_updates_bytes_opt_(Bytes)
#define _Inout_updates_bytes_to_(Bytes, Written)
#define _Inout_updates_bytes_all_(Bytes)
#define _Out_writes_to_(Count, Written)
#define _Out_writes_to_opt_(Count, Written)
#define _Out_writes_all_(Count)
#define _Out_writes_opt_z_(Count)
#define _Out_writes_bytes_all_opt_(Bytes)
#define _Out_range_(Low, High)
#define _Outptr_result_z_
#define _Outptr_result_nullonfailure_
#define _Outptr_opt_result_maybenull_
#define _Outptr_result_buffer_(Count)
#define _Outptr_result_bytebuffer_maybenull_(Bytes)
#define _COM_Outptr_
#define _Ret_z_
#define _Ret_range_(Low, High)
#define _Ret_writes_(Count)
#define _Ret_writes_maybenull_(Count)
#define _Ret_writes_bytes_maybenull_(Bytes)
#define _Always_(Annotations)
#define _Group_(Annotations)
#define _Maybenull_
#define _Notnull_
#define _Notvalid_
#define _Valid_
#define _Literal_
#define _Pre_valid_
#define _Post_valid_
#define _Post_z_
#define _Pre_opt_valid_
#define _Post_ptr_invalid_
#define _Post_maybenull_
#define _Post_notnull_
#define _Post_equal_to_(Expression)
#define _Post_writable_byte_size_(Bytes)
#define _Prepost_z_
#define _Deref_out_
#define _Deref_in_range_(Low, High)
#define _Deref_out_range_(Low, High)
#define _Enum_is_bitflag_
#define _Strict_type_match_
#define _Analysis_noreturn_
#define _Field_z_
#define _Field_size_full_(Count)
#define _Field_size_part_(Count, Used)
#define _Field_size_bytes_full_(Bytes)
#define _Kernel_float_saved_
#define _Kernel_float_restored_
#define _Kernel_float_used_
#define _Kernel_IoGetDmaAdapter_
#define _Write_guarded_by_(Lock)
#define _Create_lock_level_(Level)
#define _Has_lock_level_(Level)
#define _Lock_level_order_(First, Second)
#define _Post_same_lock_(One, Other)
#define _Requires_exclusive_lock_held_(Lock) _Requires_lock_held_(Lock)
#define _Requires_shared_lock_held_(Lock)    _Requires_lock_held_(Lock)
